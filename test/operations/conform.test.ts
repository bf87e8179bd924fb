import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Type } from "typebox";
import { conform } from "../../functions/conform.ts";

const schema = Type.Object({
  id: Type.String(),
  text: Type.Optional(Type.String()),
  whole: Type.Optional(Type.Integer()),
  amount: Type.Optional(Type.Number()),
  yes: Type.Optional(Type.Boolean()),
  items: Type.Optional(Type.Array(Type.String())),
  facts: Type.Optional(Type.Object({})),
  any: Type.Optional(Type.Unsafe<unknown>({})),
});

describe("An object of a service as the declared output", () => {
  const rows: readonly [name: string, given: unknown, kept: unknown][] = [
    ["text", "t", "t"],
    ["text", 1480000001, "1480000001"],
    ["text", true, "true"],
    ["text", {}, undefined],
    ["text", ["t"], undefined],
    ["text", "", ""],
    ["whole", 5, 5],
    ["whole", "5", 5],
    ["whole", "-12", -12],
    ["whole", "5 apples", undefined],
    ["whole", "", undefined],
    ["whole", true, undefined],
    ["amount", "4.99", 4.99],
    ["amount", "1e3", undefined],
    ["amount", "9".repeat(20), undefined],
    ["yes", false, false],
    ["yes", "true", undefined],
    ["items", ["a"], ["a"]],
    ["items", { a: 1 }, undefined],
    ["facts", { a: 1 }, { a: 1 }],
    ["facts", ["a"], undefined],
    ["any", [{ deep: null }], [{ deep: null }]],
    ["any", 0, 0],
    // Not declared: passes as it is, so that a new field reaches flows at once.
    ["newField", { a: [1] }, { a: [1] }],
    ["newField", 7, 7],
    ["newField", null, null],
  ];
  for (const [name, given, kept] of rows) {
    it(`has ${name} ${JSON.stringify(kept)} for ${JSON.stringify(given)}`, () => {
      assert.deepEqual(conform(schema, { id: "1", [name]: given }), {
        id: "1",
        ...(kept !== undefined && { [name]: kept }),
      });
    });
  }

  it("has nothing for null in a declared field", () => {
    const given = { id: "1", text: null, whole: null, yes: null, items: null, facts: null, any: null };
    assert.deepEqual(conform(schema, given), { id: "1" });
  });

  it("takes __proto__ for data", () => {
    const given: Record<string, unknown> = JSON.parse('{"id":"1","__proto__":{"polluted":1},"toString":2}');
    const made: object = conform(schema, given);
    assert.equal(Object.getPrototypeOf(made), Object.prototype);
    assert.deepEqual(Object.keys(made), ["id", "__proto__", "toString"]);
  });
});
