import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readCsv } from "../../functions/csv/read.ts";

const bounds = { maxRows: 100 };

describe("A CSV text", () => {
  const rows: readonly (readonly [what: string, text: string, read: [line: number, ...cells: string[]][]])[] =
    [
      [
        "with commas",
        "a,b\n1,2\n3,4\n",
        [
          [2, "1", "2"],
          [3, "3", "4"],
        ],
      ],
      ["with semicolons", "a;b\n1,5;2\n", [[2, "1,5", "2"]]],
      ["with tabs", "a\tb\n1\t2\n", [[2, "1", "2"]]],
      ["with a line that names the delimiter", "sep=;\r\na;b\r\n1;2\r\n", [[3, "1", "2"]]],
      ["with a byte order mark", "\ufeffa,b\n1,2\n", [[2, "1", "2"]]],
      ["with a byte order mark before a quote", '\ufeff"a","b"\n1,2\n', [[2, "1", "2"]]],
      ["whose header holds the other delimiter in quotes", 'a,"b;;;"\n1,2\n', [[2, "1", "2"]]],
      [
        "with CRLF",
        "a,b\r\n1,2\r\n3,4\r\n",
        [
          [2, "1", "2"],
          [3, "3", "4"],
        ],
      ],
      [
        "with CR",
        "a,b\r1,2\r3,4",
        [
          [2, "1", "2"],
          [3, "3", "4"],
        ],
      ],
      [
        "with mixed line ends",
        "a,b\r\n1,2\n3,4\r\n5,6\r7,8",
        [
          [2, "1", "2"],
          [3, "3", "4"],
          [4, "5", "6"],
          [5, "7", "8"],
        ],
      ],
      ["without a last line end", "a,b\n1,2", [[2, "1", "2"]]],
      ["that ends in an empty cell", "a,b\n1,", [[2, "1", ""]]],
      ["with doubled quotes", 'a,b\n"1 ""x""",""\n', [[2, '1 "x"', ""]]],
      [
        "with a line end in quotes",
        'a,b\n"1\n2",3\n4,5\n',
        [
          [2, "1\n2", "3"],
          [4, "4", "5"],
        ],
      ],
      [
        "with CRLF in quotes",
        'a,b\r\n"1\r\n2\r\n",3\r\n4,5\r\n',
        [
          [2, "1\r\n2\r\n", "3"],
          [5, "4", "5"],
        ],
      ],
      ["with a line end in the header", '"a\nx",b\n1,2\n', [[3, "1", "2"]]],
      [
        "with blank lines",
        "\n\na,b\n\n \n1,2\n\r\n\n3,4\n\n",
        [
          [6, "1", "2"],
          [9, "3", "4"],
        ],
      ],
      [
        "with blank rows",
        'a,b\n,\n1,2\n"",\n3,4\n',
        [
          [3, "1", "2"],
          [5, "3", "4"],
        ],
      ],
      [
        "with white space around cells",
        'a , b\n 1\t,\u00a0 2 \n" 3 " ,4\n',
        [
          [2, "1", "2"],
          [3, " 3 ", "4"],
        ],
      ],
      ["with columns that hold nothing", "a,,b,\n1,,2,\n", [[2, "1", "2"]]],
      ["of one column", "a\n1\n", [[2, "1"]]],
    ];
  for (const [what, text, read] of rows) {
    it(`${what} is read`, async () => {
      const table = await readCsv(text, bounds);
      assert.deepEqual(table.problems, []);
      assert.deepEqual(
        table.rows.map(({ line, cells }) => [line, ...cells]),
        read,
      );
    });
  }

  it("keeps the names of its columns as they stand", async () => {
    assert.deepEqual((await readCsv("Start date ;a_b;\n", bounds)).columns, ["Start date", "a_b"]);
  });

  it("tells the line of its header", async () => {
    assert.equal((await readCsv("\n,,\na,b\n", bounds)).line, 3);
  });
});

describe("A CSV text that is broken", () => {
  type Found = [line: number, message: RegExp, column?: string];
  const rows: readonly (readonly [what: string, text: string, ...found: Found[]])[] = [
    ["is empty", "", [1, /must be the header/]],
    ["is blank", "\n \n,,\n", [1, /must be the header/]],
    ["has a short row", "a,b\n1\n2,3\n", [2, /^has 1 cell, the header has 2\.$/]],
    ["has a long row", "a,b\n1,2\n4,9,9\n", [3, /^has 3 cells, the header has 2\. .* quotes/]],
    ["has several", "a,b\n1\n1,2\n3\n", [2, /1 cell/], [4, /1 cell/]],
    ["has a quote that is never closed", 'a,b\n1,2\n\n\n3,"4\n5,6\n', [5, /never closed/]],
    ["has such a header", 'a,"b\n1,2\n', [1, /never closed/]],
    ["has text after a quote", 'a,b\n1,"2"x\n3,4\n', [2, /wrong place/]],
    ["has a quote in a cell without quotes", 'a,b\n1,2"\n', [2, /wrong place/]],
    ["has text in a column without a name", "a,\n1,2\n", [2, /no name/, "column 2"]],
    ["has a long cell", `a,b\n1,${"x".repeat(4097)}\n`, [2, /at most 4,096 characters/, "b"]],
    ["has a line of commas", `a,b\n\n${",".repeat(300)}`, [3, /more than 256 empty cells/]],
    ["goes on without an end", `a,b\n"${"1\n".repeat(600_000)}`, [2, /longer than 1 MB/]],
    ["has too many blank rows", `a,b\n${",\n".repeat(20_001)}1,2\n`, [20_003, /too many blank rows/]],
  ];
  for (const [what, text, ...found] of rows) {
    it(`is told of: it ${what}`, async () => {
      const { problems } = await readCsv(text, bounds);
      assert.deepEqual(
        problems.map(({ line, column }) => [line, column]),
        found.map(([line, , column]) => [line, column]),
      );
      for (const [index, [, message]] of found.entries())
        assert.match(problems[index]?.message ?? "", message);
    });
  }

  it("has its good rows read before the fault", async () => {
    const { rows } = await readCsv('a,b\n1,2\n3\n5,6\n7,"8', bounds);
    assert.deepEqual(
      rows.map(({ line }) => line),
      [2, 4],
    );
  });

  it("is bounded in rows, bad ones too", async () => {
    const full = await readCsv("a\n1\n\n2\n", { maxRows: 2 });
    assert.deepEqual([full.rows.length, full.problems], [2, []]);
    for (const row of ["1", "1,2"]) {
      const { problems } = await readCsv(`a\n${`${row}\n`.repeat(2)}3\n4\n`, { maxRows: 2 });
      assert.deepEqual(problems.at(-1), { line: 4, message: "is past the 2 rows that are taken." });
    }
    assert.deepEqual((await readCsv("a\n1234\n12345\n", { maxRows: 2, maxCellLength: 4 })).rows.length, 1);
  });
});
