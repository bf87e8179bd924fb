import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Type } from "typebox";
import { checkInput, isDateTime, isDay } from "../../functions/input.ts";
import { anyJson, anything, choice, flag, integer, list, text } from "../../functions/schema.ts";

const schema = Type.Object(
  {
    name: Type.Optional(text("Name", "Name.")),
    code: Type.Optional(text("Code", "Code.", { pattern: "^[A-Z]{3}$", form: "three capitals" })),
    short: Type.Optional(text("Short", "Short.", { minLength: 2, maxLength: 3 })),
    limit: Type.Optional(integer("Limit", "Limit.", { minimum: 1, maximum: 200 })),
    price: Type.Optional(Type.Number()),
    yes: Type.Optional(flag("Yes", "Yes.")),
    platform: Type.Optional(choice("Platform", "Platform.", ["ios", "android"], { anyCase: true })),
    method: Type.Optional(choice("Method", "Method.", ["GET", "POST"])),
    day: Type.Optional(text("Day", "Day.", { format: "date" })),
    time: Type.Optional(text("Time", "Time.", { format: "date-time" })),
    tags: Type.Optional(list("Tags", "Tags.", text("Tag", "Tag."), { minItems: 1, maxItems: 2 })),
    rows: Type.Optional(
      list(
        "Rows",
        "Rows.",
        Type.Object(
          { id: text("ID", "ID."), note: Type.Optional(text("Note", "Note.")) },
          { additionalProperties: false },
        ),
      ),
    ),
    query: Type.Optional(anything("Query", "Query.")),
    body: Type.Optional(anyJson("Body", "Body.")),
  },
  { additionalProperties: false },
);

const given = (fields: unknown) => checkInput(schema, Object(fields));

describe("An input that is taken", () => {
  const rows: readonly [given: Record<string, unknown>, value: Record<string, unknown>][] = [
    [{}, {}],
    [{ name: null, limit: null, yes: null, tags: null, query: null, body: null }, {}],
    [{ name: "", limit: "", platform: "", yes: "" }, {}],
    [{ name: 1480000001 }, { name: "1480000001" }],
    [{ name: 4.99 }, { name: "4.99" }],
    [{ name: -0.5 }, { name: "-0.5" }],
    [{ name: " kept as it is " }, { name: " kept as it is " }],
    [{ limit: "50" }, { limit: 50 }],
    [{ limit: 200 }, { limit: 200 }],
    [{ price: "4.99" }, { price: 4.99 }],
    [{ price: "-3" }, { price: -3 }],
    [{ yes: "true" }, { yes: true }],
    [{ yes: "false" }, { yes: false }],
    [{ platform: "iOS" }, { platform: "ios" }],
    [{ platform: "ANDROID" }, { platform: "android" }],
    [{ method: "GET" }, { method: "GET" }],
    [{ short: "ab" }, { short: "ab" }],
    [{ day: "2024-02-29" }, { day: "2024-02-29" }],
    [{ time: "2026-01-31T00:00:00Z" }, { time: "2026-01-31T00:00:00Z" }],
    [{ time: "2026-01-31T00:00:00.123+02:00" }, { time: "2026-01-31T00:00:00.123+02:00" }],
    [{ time: "2026-01-31" }, { time: "2026-01-31" }],
    [{ tags: ["a", 2] }, { tags: ["a", "2"] }],
    [{ rows: [{ id: 7, note: null }] }, { rows: [{ id: "7" }] }],
    [{ query: { a: null, b: "", c: [1] } }, { query: { a: null, b: "", c: [1] } }],
    [{ body: { a: null } }, { body: { a: null } }],
    [{ body: 0 }, { body: 0 }],
    [{ body: false }, { body: false }],
  ];
  for (const [fields, value] of rows) {
    it(`${JSON.stringify(fields)}`, () => assert.deepEqual(given(fields), { value, problems: [] }));
  }
});

describe("An input that is refused", () => {
  const rows: readonly [given: unknown, field: string, message: RegExp][] = [
    [{ name: true }, "name", /must be text/],
    [{ name: ["a"] }, "name", /must be text/],
    [{ name: {} }, "name", /must be text/],
    [{ name: 2 ** 53 }, "name", /lost digits/],
    [{ name: Number.POSITIVE_INFINITY }, "name", /lost digits/],
    [{ name: "a\ud800" }, "name", /lone surrogate/],
    [{ name: "a".repeat(4_097) }, "name", /at most 4096/],
    [{ code: "abc" }, "code", /three capitals/],
    [{ code: "ABC\n" }, "code", /three capitals/],
    [{ short: "a" }, "short", /at least 2/],
    [{ short: "abcd" }, "short", /at most 3/],
    [{ limit: 0 }, "limit", /1 or more/],
    [{ limit: 201 }, "limit", /200 or less/],
    [{ limit: "5.5" }, "limit", /whole number/],
    [{ limit: 1.5 }, "limit", /whole number/],
    [{ limit: " 5" }, "limit", /whole number/],
    [{ limit: "0x10" }, "limit", /whole number/],
    [{ limit: "1e1" }, "limit", /whole number/],
    [{ limit: "+5" }, "limit", /whole number/],
    [{ limit: true }, "limit", /whole number/],
    [{ limit: [5] }, "limit", /whole number/],
    [{ price: "four" }, "price", /a number/],
    [{ price: Number.NaN }, "price", /a number/],
    [{ yes: "yes" }, "yes", /true or false/],
    [{ yes: 1 }, "yes", /true or false/],
    [{ yes: "TRUE" }, "yes", /true or false/],
    [{ platform: "windows" }, "platform", /ios, android/],
    [{ method: "get" }, "method", /GET, POST/],
    [{ day: "2026-02-29" }, "day", /a day/],
    [{ day: "2026-2-1" }, "day", /a day/],
    [{ time: "yesterday" }, "time", /ISO 8601/],
    [{ time: "2026-01-31T25:00:00Z" }, "time", /ISO 8601/],
    [{ time: "2026-01-31T00:00:00" }, "time", /ISO 8601/],
    [{ tags: "a" }, "tags", /list/],
    [{ tags: [] }, "tags", /at least 1 item/],
    [{ tags: ["a", "b", "c"] }, "tags", /at most 2 items, not 3/],
    [{ tags: ["a", null] }, "tags[1]", /must be text/],
    [{ tags: ["", "b"] }, "tags[0]", /not be empty/],
    [{ rows: [{ note: "x" }] }, "rows[0].id", /required/],
    [{ rows: [{ id: null }] }, "rows[0].id", /must be text/],
    [{ rows: [{ id: "" }] }, "rows[0].id", /not be empty/],
    [{ rows: [{ id: "1", other: 1 }] }, "rows[0].other", /not a field of this object.*id, note/],
    [{ rows: ["x"] }, "rows[0]", /object/],
    [{ query: [] }, "query", /object/],
    [{ query: "a=b" }, "query", /object/],
    [{ other: 1 }, "other", /not a field of this operation.*name, code/],
    [{ Name: "x" }, "Name", /not a field/],
    [{ other: null }, "other", /not a field/],
    [{ toString: 1 }, "toString", /not a field/],
    [JSON.parse('{"__proto__":{"name":"x"}}'), "__proto__", /not a field name/],
    [JSON.parse('{"query":{"__proto__":{"x":1}}}'), "query.__proto__", /not a field name/],
  ];
  for (const [fields, field, message] of rows) {
    it(`${JSON.stringify(fields)?.slice(0, 80)}`, () => {
      const { problems } = given(fields);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.equal(problems[0]?.field, field);
      assert.match(problems[0]?.message ?? "", message);
    });
  }

  it("has all its problems listed at once", () => {
    const { problems } = given({
      code: "abc",
      limit: 0,
      nothing: 1,
      rows: [{}, { id: {} }],
      tags: [{}, "b"],
    });
    assert.deepEqual(
      problems.map(({ field }) => field),
      ["code", "limit", "nothing", "rows[0].id", "rows[1].id", "tags[0]"],
    );
  });
});

describe("Days and times", () => {
  it("exist", () => {
    for (const day of ["2026-01-31", "2024-02-29", "2000-02-29", "1999-12-31"]) assert.ok(isDay(day), day);
    for (const day of [
      "2026-02-29",
      "1900-02-29",
      "2026-04-31",
      "2026-13-01",
      "2026-00-10",
      "2026-01-00",
      "20260131",
      " 2026-01-31",
    ])
      assert.ok(!isDay(day), day);
    for (const time of [
      "2026-01-31T23:59:59Z",
      "2026-01-31T00:00:00-08:00",
      "2026-01-31T00:00:00.123456789Z",
    ])
      assert.ok(isDateTime(time), time);
    for (const time of [
      "2026-02-31T00:00:00Z",
      "2026-01-31 00:00:00Z",
      "2026-01-31T00:00Z",
      "2026-01-31T00:00:00z",
      "2026-01-31T00:60:00Z",
    ])
      assert.ok(!isDateTime(time), time);
  });
});
