import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { atCsvLines } from "../../../../functions/app-store-connect/prices/csv/place.ts";
import { readPriceChanges } from "../../../../functions/app-store-connect/prices/csv/read-changes.ts";
import { type ErrorDetail, RelayError } from "../../../../functions/errors.ts";
import { seed } from "../../../support/catalogue.ts";

async function problemsOf(text: string): Promise<readonly ErrorDetail[]> {
  const error = await readPriceChanges(text).then(
    () => assert.fail("It was taken."),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RelayError);
  assert.equal(error.code, "invalid_input");
  return error.details ?? [];
}

describe("A sale list", () => {
  it("is read into changes, each with its line, empty cells absent and texts as they stand", async () => {
    const text = [
      "app,product,territory,action,price,startDate,endDate,currency,preserveCurrentPrice",
      "com.example.a,p1,USA,set,4.99,2026-02-10,2026-03-01,USD,TRUE",
      "",
      ' 1480000001 ," p 2 ",*,,007.50,,,usd,false',
      "com.example.a,,,cancel,,,,,",
    ].join("\r\n");
    assert.deepEqual(await readPriceChanges(text), {
      changes: [
        {
          app: "com.example.a",
          product: "p1",
          territory: "USA",
          action: "set",
          price: "4.99",
          startDate: "2026-02-10",
          endDate: "2026-03-01",
          currency: "USD",
          preserveCurrentPrice: true,
        },
        {
          app: "1480000001",
          product: " p 2 ",
          territory: "*",
          price: "007.50",
          currency: "usd",
          preserveCurrentPrice: false,
        },
        { app: "com.example.a", action: "cancel" },
      ],
      lines: [2, 4, 5],
    });
  });

  const names: readonly (readonly [header: string, field: string, cell: string])[] = [
    ["Product", "product", "x"],
    ["PRODUCT ID", "product", "x"],
    ["product_id", "product", "x"],
    ["Country", "territory", "x"],
    ["storefront", "territory", "x"],
    ["Start date", "startDate", "2026-02-10"],
    ["start-date", "startDate", "2026-02-10"],
    ["start", "startDate", "2026-02-10"],
    ["From", "startDate", "2026-02-10"],
    ["END_DATE", "endDate", "2026-02-10"],
    ["end", "endDate", "2026-02-10"],
    ["to", "endDate", "2026-02-10"],
    ["Preserve current price", "preserveCurrentPrice", "true"],
  ];
  for (const [header, field, cell] of names) {
    it(`has ${field} under the name ${header}`, async () => {
      const { changes } = await readPriceChanges(`Bundle ID;${header}\ncom.example.a;${cell}\n`);
      const value = field === "preserveCurrentPrice" ? true : cell;
      assert.deepEqual(changes, [{ app: "com.example.a", [field]: value }]);
    });
  }
});

describe("The header of a sale list", () => {
  const rows: readonly (readonly [
    what: string,
    header: string,
    ...found: [field: string, message: RegExp][],
  ])[] = [
    [
      "an unknown column",
      "app,prize",
      ["csv line 1, prize", /is not a column .* Known: app, product, .*preserveCurrentPrice\.$/],
    ],
    ["two unknown columns", "app,x,y", ["csv line 1, x", /is not/], ["csv line 1, y", /is not/]],
    ["no app", "product,price", ["csv line 1, app", /is missing/]],
    ["one column twice", "app,price,price", ["csv line 1, price", /is there twice/]],
    ["two names of one column", "app,start,From", ["csv line 1, From", /means the same as start/]],
    [
      "a member of every object",
      "app,__proto__,constructor",
      ["csv line 1, __proto__", /is not/],
      ["csv line 1, constructor", /is not/],
    ],
  ];
  for (const [what, header, ...found] of rows) {
    it(`is refused with ${what}`, async () => {
      const cells = header.split(",").map((_name, index) => (index === 0 ? "x" : ""));
      const problems = await problemsOf(`${header}\n${cells.join(",")}\n`);
      assert.deepEqual(
        problems.map(({ field }) => field),
        found.map(([field]) => field),
      );
      for (const [index, [, message]] of found.entries())
        assert.match(problems[index]?.message ?? "", message);
    });
  }

  it("is refused alone, and not at all", async () => {
    assert.match((await problemsOf("app,price\n\n"))[0]?.message ?? "", /no change follows/);
    assert.deepEqual(
      (await problemsOf("")).map(({ field }) => field),
      ["csv line 1"],
    );
  });
});

describe("A cell that a spreadsheet wrote in its own way", () => {
  const rows: readonly (readonly [column: string, cell: string, message: RegExp])[] = [
    ["price", "4,99", /decimal comma: write 4\.99\./],
    ["price", "4,9", /decimal comma: write 4\.9\./],
    ["price", "1,299", /thousands: write 1299\./],
    ["price", "1,299.00", /thousands: write 1299\.00\./],
    ["price", "1.299,00", /thousands: write 1299\.00\./],
    ["price", "1 299,00", /thousands: write 1299\.00\./],
    ["price", "1\u202f299", /thousands: write 1299\./],
    ["price", "1'299.00", /thousands: write 1299\.00\./],
    ["price", "1.299.000", /thousands: write 1299000/],
    ["price", "1.299", /may have separators of thousands: write 1299, or 1\.29 if/],
    ["price", "$4.99", /currency in it: write 4\.99, /],
    ["price", "4.99 USD", /currency in it: write 4\.99, /],
    ["price", "4,99 €", /currency in it: write 4\.99, /],
    ["price", "US$ 1,299.00", /currency in it: write 1299\.00, /],
    ["price", "Rs. 99", /currency in it: write 99, /],
    ["price", "-4.99", /must not be negative/],
    ["price", "(4.99)", /brackets/],
    ["price", "-20%", /must not be negative/],
    ["price", "20%", /percentage/],
    ["price", "1E+05", /exponent/],
    ["price", "'4.99", /apostrophe/],
    ["price", "free", /must be an amount such as 4\.99/],
    ["price", "4.99.", /must be an amount/],
    ["price", "1.2.3", /must be an amount/],
    ["price", "1,2,3", /must be an amount/],
    ["price", `1${"a".repeat(4000)}!`, /must be an amount/],
    ["startDate", "45992", /Excel counts them, it seems 2025-12-01: write it as 2025-12-01/],
    ["startDate", "46063", /2026-02-10/],
    ["startDate", "46063.5", /2026-02-10/],
    ["endDate", "31.01.2026", /year first: 2026-01-31\./],
    ["endDate", "1/31/2026", /year first: 2026-01-31\./],
    ["endDate", "31/1/2026", /year first: 2026-01-31\./],
    ["endDate", "3/4/2026", /two days: .*2026-03-04 or 2026-04-03\./],
    ["endDate", "4/4/2026", /year first: 2026-04-04\./],
    ["endDate", "2026/2/10", /year first: 2026-02-10\./],
    ["endDate", "2026-2-10", /year first: 2026-02-10\./],
    ["endDate", "2026-02-10T00:00:00Z", /time of day: .*write 2026-02-10\./],
    ["endDate", "2026-02-10 00:00", /time of day: .*write 2026-02-10\./],
    ["endDate", "10.02.2026 12:00", /time of day: .*write 2026-02-10\./],
    ["endDate", "1/2/2026 9:00 AM", /time of day: .*2026-01-02 or 2026-02-01\./],
    ["endDate", "2026-02-30", /not a day of the calendar/],
    ["endDate", "2025-02-29", /not a day of the calendar/],
    ["endDate", "30.02.2026", /must be a day such as 2026-02-10/],
    ["endDate", "31 Jan 2026", /must be a day such as/],
    ["endDate", "31.01.26", /must be a day such as/],
    ["endDate", "20260131", /must be a day such as/],
    ["endDate", "today", /must be a day such as/],
    ["currency", "$", /three letters/],
    ["currency", "USDX", /three letters/],
    ["preserveCurrentPrice", "yes", /true or false/],
  ];
  for (const [column, cell, message] of rows) {
    it(`is refused with the form that is meant: ${column} ${cell.slice(0, 30)}`, async () => {
      const problems = await problemsOf(`app\t${column}\na\t${cell}\n`);
      assert.deepEqual(
        problems.map(({ field }) => field),
        [`csv line 2, ${column}`],
      );
      assert.match(problems[0]?.message ?? "", message);
    });
  }

  it("is taken where it has the form", async () => {
    for (const [column, cell] of [
      ["price", "0"],
      ["price", "0.00"],
      ["price", "0.999"],
      ["price", "4.9"],
      ["price", "1299"],
      ["price", "45992"],
      ["price", "129900.00"],
      ["endDate", "2028-02-29"],
      ["currency", "JPY"],
    ] as const) {
      assert.deepEqual((await readPriceChanges(`app,${column}\na,${cell}\n`)).changes, [
        { app: "a", [column]: cell },
      ]);
    }
  });
});

describe("A sale list with bad lines", () => {
  it("is refused with all of them, each by its number in the file, in order", async () => {
    const problems = await problemsOf(
      [
        "app;price;start",
        "a;4,99;45992",
        "",
        'b;"5\n6";2026-02-10',
        ";4.99;",
        "c;4.99",
        "d;4.99;",
        'e;"4.99;',
      ].join("\r\n"),
    );
    assert.deepEqual(
      problems.map(({ field }) => field),
      [
        "csv line 2, price",
        "csv line 2, startDate",
        "csv line 4, price",
        "csv line 6, app",
        "csv line 7",
        "csv line 9",
      ],
    );
  });

  it("says how many more there are than an answer takes", async () => {
    const rows = (count: number) => `app,price\n${"a,x\n".repeat(count)}`;
    assert.equal((await problemsOf(rows(100))).length, 100);
    const problems = await problemsOf(rows(5_000));
    assert.equal(problems.length, 100);
    assert.deepEqual(problems.at(-1), { field: "csv", message: "has 4,901 more problems, on later lines." });
  });

  it("has no more than 10,000 changes", async () => {
    const rows = (count: number) => `app,price\n${"a,1\n".repeat(count)}`;
    assert.equal((await readPriceChanges(rows(10_000))).changes.length, 10_000);
    assert.deepEqual(
      (await problemsOf(rows(10_001))).map(({ field }) => field),
      ["csv line 10002"],
    );
  });

  it("never ends in anything but such a refusal, whatever it holds", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const piece = fc.constantFrom(
      ...'app,price,start,product,a,4.99,4;99,2026-02-10,45992,","",\n,\r\n,\r,\t,;, ,\ufeff,\0,\ud800,é,=1,sep=;\n,$1,%,1e5,1/2/2026'.split(
        ",",
      ),
      ",",
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 40 }).map((all) => all.join("")),
      fc.array(piece, { maxLength: 40 }).map((all) => `app,price,start\n${all.join("")}`),
      fc.string({ unit: "binary", maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (broken) => {
        try {
          const { changes, lines } = await readPriceChanges(broken);
          assert.equal(changes.length, lines.length);
        } catch (error) {
          assert.ok(error instanceof RelayError && error.code === "invalid_input", String(error));
          assert.ok((error.details ?? []).length > 0);
        }
      }),
      { seed, numRuns: 2_000 },
    );
  });
});

describe("Problems that a plan finds in changes from a file", () => {
  it("get the places that the file's maker knows", () => {
    const at = (field: string) => atCsvLines([{ field, message: "m" }], [2, 4])[0]?.field;
    assert.equal(at("changes[1].price"), "csv line 4, price");
    assert.equal(at("changes[0]"), "csv line 2");
    assert.equal(at("changes[2].price"), "changes[2].price");
    assert.equal(at("rounding"), "rounding");
  });
});
