/** What callers really send: fields in the wrong place, twice, empty, of the neighbouring type, and wrong. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";

describe("Inputs over HTTP", () => {
  let relay: Relay;
  before(async () => {
    relay = await startRelay();
  });
  after(() => relay.close());

  const request = { method: "GET", path: "v1/apps" };
  const refused: readonly [what: string, operation: string, facts: CallFacts, fields: string[]][] = [
    ["a query parameter twice", "ListApps", { query: "limit=1&limit=2" }, ["limit"]],
    ["a query parameter three times", "ListApps", { query: "sku=a&sku=a&sku=a" }, ["sku", "sku"]],
    [
      "a credential twice",
      "ListApps",
      { query: "credential=demo-team&credential=demo-individual" },
      ["credential"],
    ],
    ["an unknown query parameter", "ListApps", { query: "bundleID=com.example.a" }, ["bundleID"]],
    ["an unknown field", "SendAppStoreConnectRequest", { body: { ...request, headers: {} } }, ["headers"]],
    [
      "a body field in the query",
      "SendAppStoreConnectRequest",
      { query: "method=GET", body: { path: "v1/apps" } },
      ["method", "method"],
    ],
    [
      "a credential in the body",
      "SendAppStoreConnectRequest",
      { body: { ...request, credential: "demo-team" } },
      ["credential"],
    ],
    [
      "a path parameter in the query",
      "GetApp",
      { params: { appId: "1480000001" }, query: "appId=1480000002" },
      ["appId"],
    ],
    [
      "one unknown name in query and body",
      "SendAppStoreConnectRequest",
      { query: "other=1", body: { ...request, other: 2 } },
      ["other"],
    ],
    [
      "one known name in query and body",
      "SendAppStoreConnectRequest",
      { query: "path=v1/users", body: request },
      ["path"],
    ],
    ["__proto__ in the query", "ListApps", { query: "__proto__=x" }, ["__proto__"]],
    [
      "__proto__ in the body",
      "SendAppStoreConnectRequest",
      { body: '{"method":"GET","path":"v1/apps","__proto__":{"body":1}}' },
      ["__proto__"],
    ],
    ["a body that is a list", "SendAppStoreConnectRequest", { body: [] }, ["body"]],
    ["no body at all", "SendAppStoreConnectRequest", { body: "" }, ["method", "path"]],
    [
      "nulls for what is required",
      "SendAppStoreConnectRequest",
      { body: { method: null, path: null } },
      ["method", "path"],
    ],
    [
      "texts that are empty for what is required",
      "SendAppStoreConnectRequest",
      { body: { method: "", path: "" } },
      ["method", "path"],
    ],
    ["a credential that is no name", "ListApps", { query: "credential=../team" }, ["credential"]],
    [
      "a limit and a cursor that are wrong",
      "ListTerritories",
      { query: "limit=0&cursor=a.b" },
      ["limit", "cursor"],
    ],
    [
      "everything at once",
      "ListInAppPurchases",
      { params: { appId: "x" }, query: "limit=0&colour=blue&state=&credential=a/b&name=a&name=b" },
      ["appId", "limit", "colour", "credential", "name"],
    ],
    [
      "a lone surrogate in the body",
      "SendAppStoreConnectRequest",
      { body: '{"method":"GET","path":"v1/\\ud800"}' },
      ["path"],
    ],
  ];
  for (const [what, operation, facts, fields] of refused) {
    it(`${what}: 400, each problem by its field, and nothing is sent`, async () => {
      relay.simulator.requests.length = 0;
      const { status, error } = await relay.call(operation, facts);
      assert.deepEqual(
        [status, error?.code, error?.source, error?.outcome, error?.retryable],
        [400, "invalid_input", "relay", "none", false],
      );
      assert.deepEqual(error?.details?.map(({ field }) => field).sort(), [...fields].sort());
      assert.ok(error?.hint);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("names where a field belongs", async () => {
    const { error } = await relay.call("SendAppStoreConnectRequest", {
      query: "path=v1",
      body: { ...request, credential: "x" },
    });
    const messages = Object.fromEntries(error?.details?.map(({ field, message }) => [field, message]) ?? []);
    assert.equal(messages.path, "belongs into the body, not into the query.");
    assert.equal(messages.credential, "belongs into the query, not into the body.");
  });

  const taken: readonly [what: string, operation: string, facts: CallFacts][] = [
    [
      "empty texts for optional parameters",
      "ListApps",
      { query: "bundleId=&name=&sku=&limit=&cursor=&credential=" },
    ],
    ["a number as text", "ListApps", { query: "limit=2" }],
    [
      "nulls and empty texts in the body",
      "SendAppStoreConnectRequest",
      { body: { ...request, query: null, body: "" } },
    ],
    ["another spelling of the method", "SendAppStoreConnectRequest", { body: { ...request, method: "get" } }],
    [
      "a number for a text",
      "SendAppStoreServerRequest",
      {
        body: {
          method: "GET",
          path: "inApps/v1/subscriptions/300000000000001",
          bundleId: "com.example.stillwater",
          environment: null,
        },
      },
    ],
    [
      "a content type with a charset",
      "SendAppStoreConnectRequest",
      { body: request, headers: { "content-type": "application/json; charset=utf-8" } },
    ],
    ["a body where none is due", "ListApps", { body: "ignored" }],
    ["the host's parameters twice", "ListApps", { query: "code=a&code=b&clientId=c" }],
  ];
  for (const [what, operation, facts] of taken) {
    it(`${what}: taken`, async () => {
      const { status, error } = await relay.call(operation, facts);
      assert.equal(status, 200, JSON.stringify(error));
    });
  }

  it("another content type: 415", async () => {
    for (const contentType of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const { status, error } = await relay.call("SendAdjustRequest", {
        body: "a=1",
        headers: { "content-type": contentType },
      });
      assert.deepEqual([status, error?.code], [415, "unsupported_media_type"]);
    }
  });

  it("10 MB: taken up to the last byte, 413 one byte later", async () => {
    const of = (length: number) => {
      const start = '{"method":"GET","path":"v1/apps","query":{"limit":1},"other":"';
      return `${start}${"x".repeat(length - start.length - 2)}"}`;
    };
    const limit = 10 * 1024 * 1024;
    assert.equal((await relay.call("SendAppStoreConnectRequest", { body: of(limit) })).status, 400);
    const { status, error } = await relay.call("SendAppStoreConnectRequest", { body: of(limit + 1) });
    assert.deepEqual([status, error?.code], [413, "payload_too_large"]);
  });
});
