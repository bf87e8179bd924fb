import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ajv, type ValidateFunction } from "ajv";
import fc from "fast-check";
import * as Type from "typebox";
import { catalogue } from "../functions/catalogue.ts";
import { checkInput } from "../functions/input.ts";
import { anyJson, anything, choice, flag, integer, list, text } from "../functions/schema.ts";
import { seed } from "./support/catalogue.ts";

/*
 * The check of inputs against another implementation of JSON Schema: what flows send is first brought into the form
 * that the schema asks for, by the few rules that the design allows, and from there on both must judge alike.
 */

/** The parts of a schema that the rules look at. */
interface Schema {
  type?: string;
  enum?: readonly string[];
  anyCase?: boolean;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
}

/** A value that no schema takes: it stands for what is refused before any schema is asked. */
const refused = Symbol("refused");

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What flows really send, as the schema asks for it. Written from the design, not from the code under test. */
function normalise(schema: Schema, value: unknown): unknown {
  switch (schema.type) {
    case "object": {
      if (!isFields(value)) return value;
      const required = new Set(schema.required);
      const kept = Object.entries(value).filter(
        ([name, item]) =>
          !(schema.properties && Object.hasOwn(schema.properties, name)) ||
          required.has(name) ||
          (item !== null && item !== ""),
      );
      const normal = kept.map(([name, item]): [string, unknown] => {
        const property =
          schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
        return [name, property ? normalise(property, item) : item];
      });
      if (normal.some(([name, item]) => item === refused || name === "__proto__")) return refused;
      return Object.fromEntries(normal);
    }
    case "array": {
      if (!Array.isArray(value)) return value;
      const items = value.map((item) => (schema.items ? normalise(schema.items, item) : item));
      return items.includes(refused) ? refused : items;
    }
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "integer":
    case "number":
      if (typeof value === "number" && !Number.isSafeInteger(value) && schema.type === "integer")
        return refused;
      return typeof value === "string" && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value;
    case "string": {
      // 1e999 arrives as infinite.
      if (typeof value === "number" && !Number.isFinite(value)) return refused;
      // Past 2^53 a number may have lost digits on its way.
      if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
        return refused;
      const written = typeof value === "number" ? String(value) : value;
      if (typeof written !== "string") return value;
      if (written === "" || !written.isWellFormed()) return refused;
      const { anyCase, enum: words } = schema;
      return anyCase
        ? (words?.find((word) => word.toLowerCase() === written.toLowerCase()) ?? written)
        : written;
    }
    default:
      return value;
  }
}

/** A day that the calendar has. */
function isDate(value: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (Number(year) < 100) date.setUTCFullYear(Number(year));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

const ajv = new Ajv({ strict: false, allErrors: false, unicodeRegExp: false, ownProperties: true });
ajv.addFormat("date", isDate);
ajv.addFormat("date-time", (value) => {
  const [, day, hour, minute, second] =
    /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(value) ??
    [];
  if (day === undefined) return isDate(value);
  return isDate(day) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
});

const everything = Type.Object(
  {
    name: text("Name", "Name."),
    code: Type.Optional(text("Code", "Code.", { pattern: "^[A-Z]{3}$" })),
    short: Type.Optional(text("Short", "Short.", { minLength: 2, maxLength: 3 })),
    limit: Type.Optional(integer("Limit", "Limit.", { minimum: 1, maximum: 200 })),
    price: Type.Optional(Type.Number({ minimum: 0 })),
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
          {
            id: text("ID", "ID."),
            note: Type.Optional(text("Note", "Note.")),
            on: Type.Optional(flag("On", "On.")),
          },
          { additionalProperties: false },
        ),
      ),
    ),
    open: Type.Optional(anything("Open", "Open.")),
    body: Type.Optional(anyJson("Body", "Body.")),
  },
  { additionalProperties: false },
);

/**
 * Leaves that are on both sides of each rule. Lengths are counted as JavaScript does, in UTF-16 units, so that no
 * character here takes two.
 */
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    "true",
    "false",
    true,
    false,
    0,
    1,
    200,
    201,
    -1,
    4.99,
    2 ** 53,
    1e21,
    0.1 + 0.2,
  ),
  fc.constantFrom(
    "50",
    "0050",
    "4.990",
    "1e3",
    " 5",
    "0x10",
    "-0",
    "+1",
    "999999999999999",
    "1234567890123456",
  ),
  fc.constantFrom(
    "ABC",
    "abc",
    "ABCD",
    "iOS",
    "ANDROID",
    "\u0130os",
    "ios ",
    "GET",
    "get",
    "a",
    "ab",
    "abc",
    "\ud800",
  ),
  fc.constantFrom(
    "2026-01-31",
    "2026-02-30",
    "2024-02-29",
    "0001-01-01",
    "2026-1-1",
    "2026-13-01",
    "2026-01-31\n",
  ),
  fc.constantFrom(
    "2026-01-31T00:00:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T23:59:60Z",
    "2026-01-31T00:00:00+02:00",
  ),
  fc.constantFrom("1480000001", "com.example.harborkings", "v1/apps", "production", "demo-team"),
  fc.string({ maxLength: 6 }),
  fc.double(),
  fc.maxSafeInteger(),
);

const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 6, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie("any"), { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.dictionary(
        fc.constantFrom("id", "note", "on", "x", "__proto__", "constructor"),
        tie("any"),
        {
          maxKeys: 3,
        },
      ),
    },
  ),
})).any;

/** Fields of a schema, at times one too many, one missing, or one that is special to JavaScript. */
function fieldsOf(names: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const name = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom("name", ...names) },
    { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "unknown", "") },
  );
  return fc.array(fc.tuple(name, value), { maxLength: 6 }).map((pairs) => {
    const fields: Record<string, unknown> = {};
    for (const [key, item] of pairs) {
      Object.defineProperty(fields, key, {
        value: item,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return fields;
  });
}

/** The schema without the items of lists that an operation checks one by one, with tests of its own. */
function withoutApart<Schema extends Type.TSchema>(schema: Schema): Schema {
  return JSON.parse(
    JSON.stringify(schema, (_name, value) =>
      value?.checkedApart ? { ...value, items: {}, checkedApart: undefined } : value,
    ),
  );
}

function assertAlike(
  schema: Type.TObject,
  validate: ValidateFunction,
  fields: Record<string, unknown>,
): "taken" | "refused" {
  const before = JSON.stringify(fields);
  const checked = checkInput(schema, fields);
  const normal = normalise(schema as Schema, fields);
  const valid = normal !== refused && validate(normal);
  const label = `${before} became ${JSON.stringify(checked)}; Ajv: ${ajv.errorsText(validate.errors)}`;
  assert.equal(checked.problems.length === 0, valid, label);
  assert.equal(JSON.stringify(fields), before, "the input itself was changed");
  if (!valid) return "refused";
  assert.deepEqual(checked.value, normal, label);
  assert.ok(validate(checked.value), label);
  return "taken";
}

describe("The check of inputs judges as another implementation of JSON Schema does", () => {
  it("for a schema with every rule", (t) => {
    t.diagnostic(`seed ${seed}`);
    const validate = ajv.compile(everything);
    const count = { taken: 0, refused: 0 };
    const property = fc.property(fieldsOf(Object.keys(everything.properties)), (fields) => {
      // A name is required: most have one, so that other fields decide.
      const named = "name" in fields || fields.unknown !== undefined ? fields : { ...fields, name: "x" };
      count[assertAlike(everything, validate, named)] += 1;
    });
    fc.assert(property, { seed, numRuns: 30_000, includeErrorInReport: true });
    assert.ok(count.taken > 1_000 && count.refused > 1_000, JSON.stringify(count));
  });

  it("for texts of emoji, each of which is one character", () => {
    const validate = ajv.compile(everything);
    for (const times of [1, 2, 3, 4, 6])
      assertAlike(everything, validate, { name: "x", short: "\u{1F600}".repeat(times) });
  });

  it("for the input of every operation", () => {
    let taken = 0;
    for (const operation of catalogue) {
      if (operation.kind !== "typed") continue;
      const input = withoutApart(operation.input);
      const validate = ajv.compile(input);
      const names = Object.keys(operation.input.properties);
      const property = fc.property(fieldsOf(names), (fields) => {
        if (assertAlike(input, validate, fields) === "taken") taken += 1;
      });
      fc.assert(property, { seed, numRuns: 1_500, includeErrorInReport: true });
    }
    assert.ok(taken > 500, `only ${taken} were taken`);
  });

  it("and lists each wrong field by its path", () => {
    const { problems } = checkInput(everything, {
      limit: 0,
      rows: [{ id: "x" }, { id: "", on: "maybe" }, 3],
      tags: ["a", {}],
      unknown: 1,
    });
    assert.deepEqual(problems.map(({ field }) => field).sort(), [
      "limit",
      "name",
      "rows[1].id",
      "rows[1].on",
      "rows[2]",
      "tags[1]",
      "unknown",
    ]);
  });

  it("and stops at a hundred problems", () => {
    const rows = Array.from({ length: 10_000 }, () => ({ id: 1, wrong: 1 }));
    const { problems } = checkInput(everything, { name: "x", rows });
    assert.ok(problems.length >= 100 && problems.length <= 101, `${problems.length}`);
  });
});
