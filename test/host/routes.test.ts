import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findRoute, orderRoutes, parseRoute } from "../../local/host/routes.ts";

const table = orderRoutes([
  parseRoute("GetThing", "things/{id}", ["GET"]),
  parseRoute("FindThing", "things/find", ["get"]),
  parseRoute("SendThing", "things/{id}", ["POST"]),
  parseRoute("ListParts", "/things/{id}/parts/", ["GET"]),
  parseRoute("GetPart", "things/{id}/part/{part?}", ["GET"]),
  parseRoute("Relay", "relay/{*path}", ["GET"]),
  parseRoute("ALiteral", "relay/exact", ["GET"]),
]);

function find(method: string, path: string): unknown {
  const match = findRoute(table, method, path);
  return match && [match.route.name, match.params];
}

describe("findRoute", () => {
  const cases: [method: string, path: string, expected: unknown][] = [
    ["GET", "things/find", ["FindThing", {}]],
    ["GET", "THINGS/Find", ["FindThing", {}]],
    ["GET", "things/find/", ["FindThing", {}]],
    ["GET", "things/f%69nd", ["FindThing", {}]],
    ["GET", "things/finder", ["GetThing", { id: "finder" }]],
    ["POST", "things/find", ["SendThing", { id: "find" }]],
    ["DELETE", "things/find", undefined],
    ["HEAD", "things/find", undefined],
    ["OPTIONS", "things/find", undefined],
    ["GET", "things", undefined],
    ["GET", "things/", undefined],
    ["GET", "things//parts", undefined],
    ["GET", "things/1/parts", ["ListParts", { id: "1" }]],
    ["GET", "things/1/parts/2", undefined],
    ["GET", "things/1/part", ["GetPart", { id: "1" }]],
    ["GET", "things/1/part/2", ["GetPart", { id: "1", part: "2" }]],
    ["GET", "relay/exact", ["ALiteral", {}]],
    ["GET", "relay", ["Relay", {}]],
    ["GET", "relay/", ["Relay", {}]],
    ["GET", "relay/a//b/", ["Relay", { path: "a//b/" }]],
    ["GET", "relay/%2e%2e/a%2Fb%20c", ["Relay", { path: "%2e%2e/a%2Fb%20c" }]],
    ["GET", "relay/../x", ["Relay", { path: "../x" }]],
    ["GET", "", undefined],
  ];
  for (const [method, path, expected] of cases) {
    it(`${method} ${path || "(nothing)"}`, () => assert.deepEqual(find(method, path), expected));
  }

  it("decodes a parameter once, but neither slashes nor what is no UTF-8", () => {
    for (const [sent, seen] of [
      ["a%20b", "a b"],
      ["%C3%A4", "ä"],
      ["%252e", "%2e"],
      ["a%2Fb%2fc", "a%2Fb%2fc"],
      ["%zz", "%zz"],
      ["%", "%"],
      ["%ff", "%ff"],
      ["%2e%2e", ".."],
    ] as const) {
      assert.deepEqual(find("GET", `things/${sent}`), ["GetThing", { id: seen }]);
    }
  });
});

describe("orderRoutes", () => {
  it("refuses two functions for the same requests", () => {
    const same = [parseRoute("One", "a/{x}", ["GET", "POST"]), parseRoute("Two", "A/{y}", ["POST"])];
    assert.throws(() => orderRoutes(same), /One and Two serve the same requests/);
  });

  it("takes the same route for different methods", () => {
    assert.equal(orderRoutes([parseRoute("One", "a", ["GET"]), parseRoute("Two", "a", ["POST"])]).length, 2);
  });

  it("refuses names that would make Azure answer with another function", () => {
    for (const [specific, general] of [
      ["things/find", "things/{id}"],
      ["relay/{id}", "relay/{*path}"],
      ["things", "things/{id?}"],
      ["a/{b}", "{a}/{b}"],
    ] as const) {
      const first = parseRoute("Zebra", specific, ["GET"]);
      const second = parseRoute("Ant", general, ["GET"]);
      assert.throws(() => orderRoutes([first, second]), /Ant .* would answer requests meant for Zebra/);
      assert.throws(() => orderRoutes([second, first]), /Rename one, so that Zebra sorts first/);
      assert.equal(orderRoutes([{ ...second, name: "zoo" }, first])[0]?.name, "Zebra");
    }
  });

  it("leaves routes alone that no request can confuse", () => {
    assert.doesNotThrow(() =>
      orderRoutes([
        parseRoute("Zebra", "things/find", ["GET"]),
        parseRoute("Ant", "things/{id}/parts", ["GET"]),
        parseRoute("Bee", "other/{*path}", ["GET"]),
        parseRoute("Cow", "things/{id}", ["POST"]),
      ]),
    );
  });
});

describe("parseRoute", () => {
  it("refuses what the Functions host keeps for itself", () => {
    for (const route of ["admin", "/Admin/x", "runtime/webhooks", "administration"]) {
      assert.throws(() => parseRoute("Mine", route, ["GET"]), /keeps for itself/);
    }
  });

  it("refuses templates that it does not understand, instead of serving something else", () => {
    for (const route of [
      "a/{id:int}",
      "a/{id=1}",
      "a/{id}.json",
      "{*rest}/a",
      "{a?}/b",
      "a//b",
      "a/{}",
      "a/{*rest?}",
    ]) {
      assert.throws(() => parseRoute("Mine", route, ["GET"]), /cannot be served/, route);
    }
  });
});
