import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { flatten, toResource } from "../../functions/app-store-connect/flatten.ts";

const resource = (value: unknown) => toResource(value) ?? assert.fail("no resource");

describe("A flat resource", () => {
  it("has its attributes beside its id", () => {
    const app = {
      type: "apps",
      id: "1",
      attributes: { name: "A", sku: null, kids: false, list: [1] },
      links: { self: "x" },
    };
    assert.deepEqual(flatten(resource(app)), { id: "1", name: "A", sku: null, kids: false, list: [1] });
    assert.deepEqual(flatten(resource({ type: "apps", id: "1" })), { id: "1" });
  });

  it("has the id of each to-one relationship that has data", () => {
    const relationships = {
      app: { data: { type: "apps", id: "9" } },
      group: { data: { type: "groups", id: 8 } },
      none: { data: null },
      absent: { links: { related: "x" } },
      odd: null,
      text: { data: "7" },
    };
    assert.deepEqual(flatten(resource({ type: "x", id: "1", relationships })), {
      id: "1",
      appId: "9",
      groupId: "8",
    });
  });

  it("has what is included, one level deep", () => {
    const included = [
      {
        type: "apps",
        id: "9",
        attributes: { name: "App" },
        relationships: { icon: { data: { type: "icons", id: "5" } } },
      },
      { type: "icons", id: "5", attributes: { url: "u" } },
      { type: "versions", id: "v1", attributes: { version: "1.0" } },
      { type: "versions", id: "v2", attributes: { version: "2.0" } },
    ].map(resource);
    const relationships = {
      app: { data: { type: "apps", id: "9" } },
      versions: {
        data: [
          { type: "versions", id: "v2" },
          { type: "versions", id: "v1" },
          { type: "versions", id: "v3" },
        ],
      },
      others: { data: [{ type: "others", id: "o" }] },
      empty: { data: [] },
    };
    assert.deepEqual(flatten(resource({ type: "x", id: "1", relationships }), included), {
      id: "1",
      appId: "9",
      app: { id: "9", name: "App", iconId: "5" },
      // In the order of the relationship; what was not included is left out.
      versions: [
        { id: "v2", version: "2.0" },
        { id: "v1", version: "1.0" },
      ],
    });
  });

  it("tells included resources of two types apart", () => {
    const included = [
      { type: "a", id: "1", attributes: { from: "a" } },
      { type: "b", id: "1", attributes: { from: "b" } },
    ].map(resource);
    const relationships = { one: { data: { type: "b", id: "1" } } };
    assert.deepEqual(flatten(resource({ type: "x", id: "0", relationships }), included), {
      id: "0",
      oneId: "1",
      one: { id: "1", from: "b" },
    });
  });

  it("finds what is included under a number by the same number as text", () => {
    const included = [resource({ type: "apps", id: 9, attributes: { name: "A" } })];
    const relationships = { app: { data: { type: "apps", id: "9" } } };
    assert.deepEqual(flatten(resource({ type: "x", id: 1, relationships }), included), {
      id: "1",
      appId: "9",
      app: { id: "9", name: "A" },
    });
  });

  it("keeps an attribute where a relationship would have its name", () => {
    const value = {
      type: "x",
      id: "1",
      attributes: { id: "attribute", appId: "attribute", app: "attribute" },
      relationships: { app: { data: { type: "apps", id: "9" } } },
    };
    const included = [resource({ type: "apps", id: "9" })];
    assert.deepEqual(flatten(resource(value), included), { id: "1", appId: "attribute", app: "attribute" });
  });

  it("takes __proto__ and its like for data", () => {
    const value: unknown = JSON.parse(
      '{"type":"x","id":"1","attributes":{"__proto__":{"polluted":1},"constructor":"c"},"relationships":{"__proto__":{"data":{"type":"a","id":"2"}}}}',
    );
    const flat = flatten(resource(value));
    assert.equal(Object.getPrototypeOf(flat), Object.prototype);
    assert.ok(!("polluted" in flat));
    assert.deepEqual(Object.getOwnPropertyDescriptor(flat, "__proto__")?.value, { polluted: 1 });
    assert.equal(flat.constructor, "c");
    assert.equal(flat.__proto__Id, "2");
  });

  it("comes from anything with an id and a type, and from nothing else", () => {
    for (const value of [
      undefined,
      null,
      1,
      "x",
      [],
      {},
      { id: "1" },
      { type: "x" },
      { id: null, type: "x" },
      { id: {}, type: "x" },
      { id: "1", type: 2 },
    ]) {
      assert.equal(toResource(value), undefined);
    }
    for (const odd of [null, [], "text", 5]) {
      assert.deepEqual(toResource({ id: "1", type: "x", attributes: odd, relationships: odd }), {
        id: "1",
        type: "x",
      });
    }
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (attributes, relationships) => {
        const made = toResource({ id: "1", type: "x", attributes, relationships });
        assert.ok(made && flatten(made, [made]).id === "1");
      }),
    );
  });
});
