/** The actions that send any request to a service. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { startRelay } from "../support/relay.ts";

const purchaseId = "6700000001";
const stillwater = "com.example.stillwater";

describe("SendAppStoreConnectRequest", () => {
  it("reads, with a query of one value or many, and answers status, headers and body", async () => {
    await using relay = await startRelay();
    const query = { limit: 1, "fields[apps]": ["name"], "filter[bundleId]": stillwater };
    const { status, json } = await relay.call("SendAppStoreConnectRequest", {
      input: { method: "GET", path: "v1/apps", query },
    });
    assert.equal(status, 200);
    const { status: inner, headers, body } = Object(json);
    assert.equal(inner, 200);
    assert.deepEqual(Object.keys(headers), ["content-type", "x-rate-limit"]);
    assert.equal(headers["content-type"], "application/json");
    assert.deepEqual(
      body.data.map(({ id, attributes }: { id: string; attributes: unknown }) => [id, attributes]),
      [["1480000002", { name: "Stillwater: Meditation" }]],
    );
    assert.equal(
      relay.simulator.requests[0]?.url,
      "/v1/apps?limit=1&fields%5Bapps%5D=name&filter%5BbundleId%5D=com.example.stillwater",
    );
  });

  it("repeats a parameter for each value of a list, in order", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body: {} } });
    const query = { a: ["1", 2, true, "x&y=z"], b: "", c: "ä/?#", d: 0, e: false };
    await relay.call("SendAppStoreConnectRequest", { input: { method: "GET", path: "v1/apps", query } });
    assert.equal(
      relay.simulator.requests[0]?.url,
      "/v1/apps?a=1&a=2&a=true&a=x%26y%3Dz&c=%C3%A4%2F%3F%23&d=0&e=false",
    );
  });

  it("writes through to the account, with the body as it was given", async () => {
    await using relay = await startRelay();
    const body = {
      data: { type: "inAppPurchases", id: purchaseId, attributes: { name: "Fünfzig 💎", reviewNote: null } },
    };
    const { status, json } = await relay.call("SendAppStoreConnectRequest", {
      input: { method: "PATCH", path: `v2/inAppPurchases/${purchaseId}`, body },
    });
    assert.deepEqual([status, Object(json).status], [200, 200]);
    const [request] = relay.simulator.requests;
    assert.deepEqual([request?.method, request?.headers["content-type"]], ["PATCH", "application/json"]);
    assert.deepEqual(JSON.parse(request?.body.toString() ?? ""), body);
    const purchase = relay.simulator.world.appStoreConnect.resources.get("inAppPurchases", purchaseId);
    assert.equal(purchase?.attributes.name, "Fünfzig 💎");
  });

  for (const method of ["GET", "POST", "PATCH", "PUT", "DELETE"]) {
    it(`sends ${method} once, with nothing but what belongs to it`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({
        fault: { kind: "status", status: 201, body: { ok: true }, headers: { location: "/v1/x/1" } },
      });
      const input = { method, path: "v1/anything", ...(method !== "GET" && { body: [1, { a: null }] }) };
      const { status, json } = await relay.call("SendAppStoreConnectRequest", {
        input,
        headers: { cookie: "a=b", "x-forwarded-host": "evil.example", "accept-language": "de" },
      });
      assert.equal(status, 200);
      assert.deepEqual(
        [Object(json).status, Object(json).headers.location, Object(json).body],
        [201, "/v1/x/1", { ok: true }],
      );
      const [request] = relay.simulator.requests;
      assert.equal(request?.method, method);
      assert.equal(request?.body.toString(), method === "GET" ? "" : '[1,{"a":null}]');
      const names = Object.keys(request?.headers ?? {}).sort();
      const expected = ["accept", "accept-encoding", "authorization", "connection", "host", "user-agent"];
      assert.deepEqual(
        names,
        method === "GET" ? expected : [...expected, "content-length", "content-type"].sort(),
      );
    });
  }

  it("answers a gzip report as a file in base64", async () => {
    await using relay = await startRelay();
    const query = {
      "filter[vendorNumber]": "85000000",
      "filter[reportType]": "SALES",
      "filter[reportSubType]": "SUMMARY",
      "filter[frequency]": "DAILY",
      "filter[reportDate]": "2026-11-20",
    };
    const { status, json } = await relay.call("SendAppStoreConnectRequest", {
      input: { method: "GET", path: "v1/salesReports", query },
    });
    assert.equal(status, 200);
    const { body } = Object(json);
    assert.equal(body["$content-type"], "application/a-gzip");
    assert.match(gunzipSync(Buffer.from(body.$content, "base64")).toString(), /^Provider\tSKU\t.*\nAPPLE\t/);
  });

  it("answers text as text and bytes of no type as bytes", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "content-type", value: "text/csv" } });
    const input = { method: "GET", path: "v1/territories", query: { limit: 1 } };
    const text = await relay.call("SendAppStoreConnectRequest", { input });
    assert.match(Object(text.json).body, /^\{"data"/);
    relay.simulator.faults.add({ fault: { kind: "content-type", value: "" } });
    const bytes = await relay.call("SendAppStoreConnectRequest", { input });
    assert.match(Buffer.from(Object(bytes.json).body.$content, "base64").toString(), /^\{"data"/);
  });

  const refused: readonly [what: string, input: Record<string, unknown>, field: string, message: RegExp][] = [
    ["a query in the path", { method: "GET", path: "v1/apps?limit=1" }, "path", /field query/],
    ["a fragment in the path", { method: "GET", path: "v1/apps#x" }, "path", /may hold/],
    [
      "an address for a path",
      { method: "GET", path: "https://evil.example/v1/apps" },
      "path",
      /may hold|must start/,
    ],
    ["two slashes at its start", { method: "GET", path: "//evil.example/v1" }, "path", /may hold/],
    ["a path of no version", { method: "GET", path: "apps" }, "path", /must start/],
    ["a path of version 4", { method: "GET", path: "v4/apps" }, "path", /must start/],
    ["a path of dots", { method: "GET", path: "v1/../v2/apps" }, "path", /may hold/],
    ["a path that is encoded", { method: "GET", path: "v1/%61pps" }, "path", /may hold/],
    ["a path that ends in a slash", { method: "GET", path: "v1/apps/" }, "path", /may hold/],
    ["a body with GET", { method: "GET", path: "v1/apps", body: {} }, "body", /left out of a GET/],
    ["a method of its own", { method: "OPTIONS", path: "v1/apps" }, "method", /GET, POST/],
    [
      "an object for a parameter",
      { method: "GET", path: "v1/apps", query: { a: { b: 1 } } },
      "query.a",
      /text, a number/,
    ],
    [
      "a list in a list",
      { method: "GET", path: "v1/apps", query: { a: [["b"]] } },
      "query.a",
      /text, a number/,
    ],
    [
      "half a character",
      { method: "GET", path: "v1/apps", query: { a: "\ud800" } },
      "query.a",
      /text, a number/,
    ],
  ];
  for (const [what, input, field, message] of refused) {
    it(`refuses ${what}`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("SendAppStoreConnectRequest", {
        body: JSON.stringify(input),
      });
      assert.deepEqual([status, error?.code, error?.details?.[0]?.field], [400, "invalid_input", field]);
      assert.match(error?.details?.[0]?.message ?? "", message);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  for (const [upstream, status, code] of [
    [400, 422, "rejected"],
    [403, 403, "upstream_forbidden"],
    [404, 404, "not_found"],
    [409, 409, "rejected"],
    [422, 422, "rejected"],
  ] as const) {
    it(`answers ${upstream} to a write as ${status} ${code}, with nothing changed`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ fault: { kind: "status", status: upstream } });
      const { status: answered, error } = await relay.call("SendAppStoreConnectRequest", {
        input: { method: "POST", path: "v1/anything", body: {} },
      });
      assert.deepEqual(
        [answered, error?.code, error?.outcome, error?.upstream?.status],
        [status, code, "none", upstream],
      );
      assert.equal(relay.simulator.requests.length, 1);
    });
  }
});

describe("SendAppStoreServerRequest", () => {
  const statuses = (id: string) => ({
    method: "GET",
    path: `inApps/v1/subscriptions/${id}`,
    bundleId: stillwater,
  });

  it("finds the environment by itself and names it", async () => {
    await using relay = await startRelay();
    for (const [id, environment] of [
      ["300000000000001", "Production"],
      ["2000000000000001", "Sandbox"],
    ] as const) {
      const { status, json } = await relay.call("SendAppStoreServerRequest", { input: statuses(id) });
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(Object(json)).sort(), ["body", "environment", "headers", "status"]);
      assert.deepEqual([Object(json).environment, Object(json).body.environment], [environment, environment]);
    }
    assert.deepEqual(
      relay.simulator.requests.map(({ service }) => service),
      ["appStoreServer", "appStoreServer", "appStoreServerSandbox"],
    );
  });

  it("asks only the environment that is named", async () => {
    await using relay = await startRelay();
    const wrong = await relay.call("SendAppStoreServerRequest", {
      input: { ...statuses("2000000000000001"), environment: "production" },
    });
    assert.deepEqual(
      [wrong.status, wrong.error?.code, wrong.error?.upstream?.code],
      [404, "not_found", "4040010"],
    );
    const right = await relay.call("SendAppStoreServerRequest", {
      input: { ...statuses("2000000000000001"), environment: "SANDBOX" },
    });
    assert.equal(Object(right.json).environment, "Sandbox");
    assert.deepEqual(
      relay.simulator.requests.map(({ service }) => service),
      ["appStoreServer", "appStoreServerSandbox"],
    );
  });

  it("says that both were tried when neither knows it", async () => {
    await using relay = await startRelay();
    const { status, error } = await relay.call("SendAppStoreServerRequest", { input: statuses("999") });
    assert.deepEqual(
      [status, error?.code, error?.upstream?.code, error?.source],
      [404, "not_found", "4040010", "app-store-server"],
    );
    assert.deepEqual(
      error?.details?.map(({ field }) => field),
      ["environment"],
    );
    assert.match(error?.details?.[0]?.message ?? "", /production answered 404, the sandbox 404/);
  });

  it("finds an app that was never released in the sandbox", async () => {
    await using relay = await startRelay();
    const input = {
      method: "GET",
      path: "inApps/v1/transactions/2000000000003001",
      bundleId: "com.example.harborkings.stickers",
    };
    const { json } = await relay.call("SendAppStoreServerRequest", { input });
    assert.deepEqual([Object(json).status, Object(json).environment], [200, "Sandbox"]);
    // Production refused a token, then a fresh one.
    assert.deepEqual(
      relay.simulator.requests.map(({ status }) => status),
      [401, 401, 200],
    );
  });

  it("falls back with a write too, which is applied in the sandbox alone", async () => {
    await using relay = await startRelay();
    const appAccountToken = "0f0e0d0c-0b0a-4908-8706-050403020100";
    const input = {
      method: "PUT",
      path: "inApps/v1/transactions/2000000000000001/appAccountToken",
      body: { appAccountToken },
      bundleId: stillwater,
    };
    const { status, json } = await relay.call("SendAppStoreServerRequest", { input });
    assert.equal(status, 200);
    assert.deepEqual(json, { environment: "Sandbox", status: 200, headers: {} });
    const { production, sandbox } = relay.simulator.world.appStoreServer;
    assert.equal(sandbox.transactions[0]?.appAccountToken, appAccountToken);
    assert.ok(production.transactions.every((transaction) => transaction.appAccountToken === undefined));
  });

  it("does not fall back with a write whose outcome is unknown", async () => {
    await using relay = await startRelay();
    const body = { appAccountToken: "0f0e0d0c-0b0a-4908-8706-050403020100" };
    const input = {
      method: "PUT",
      path: "inApps/v1/transactions/2000000000000001/appAccountToken",
      body,
      bundleId: stillwater,
    };
    for (const fault of [
      { kind: "status", status: 500 },
      { kind: "reset", at: "before-headers" },
      { kind: "status", status: 404, body: { errorCode: 4040005 } },
    ] as const) {
      relay.simulator.reset();
      relay.simulator.faults.add({ fault });
      const { status } = await relay.call("SendAppStoreServerRequest", { input });
      assert.equal(status, fault.kind === "status" && fault.status === 404 ? 404 : 409);
      assert.deepEqual(
        relay.simulator.requests.map(({ service }) => service),
        ["appStoreServer"],
      );
    }
  });

  it("asks for the environment where nothing tells it", async () => {
    await using relay = await startRelay();
    // Nobody answers there: this is about what Apple is asked.
    relay.simulator.notifications.configure({ url: "http://127.0.0.1:9/" });
    const input = { method: "POST", path: "inApps/v1/notifications/test", bundleId: stillwater };
    const { status, error } = await relay.call("SendAppStoreServerRequest", { input });
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "environment"]);
    assert.equal(relay.simulator.requests.length, 0);
    const named = await relay.call("SendAppStoreServerRequest", {
      input: { ...input, environment: "Sandbox" },
    });
    assert.equal(named.status, 200);
    assert.equal(relay.simulator.world.appStoreServer.sandbox.notifications.length, 1);
  });

  for (const [path, code] of [
    ["inApps/v1/transactions/123456789012345678901/x", undefined],
    ["inApps/v2/history/300000000000001", undefined],
  ] as const) {
    it(`takes ${path} to where it leads`, async () => {
      await using relay = await startRelay();
      const input = { method: "GET", path, bundleId: stillwater, environment: "Production" };
      const { status, error } = await relay.call("SendAppStoreServerRequest", { input });
      assert.equal(status, path.startsWith("inApps/v2") ? 200 : 404);
      assert.equal(error?.upstream?.code, code);
    });
  }
});

describe("SendAdjustRequest", () => {
  it("creates an app, at the service's own spelling", async () => {
    await using relay = await startRelay();
    const body = {
      name: "New",
      platform: "android",
      store_id: "com.example.fresh",
      bundle_id: "com.example.fresh",
    };
    const { status, json } = await relay.call("SendAdjustRequest", {
      input: { method: "POST", path: "app-automation/app", body },
    });
    assert.deepEqual([status, Object(json).status], [200, 200]);
    assert.equal(relay.simulator.world.adjust.apps.at(-1)?.name, "New");
    assert.equal(Object(json).body.adjust_app_token, relay.simulator.world.adjust.apps.at(-1)?.token);
  });

  it("reads a report, and 204 where there is none", async () => {
    await using relay = await startRelay();
    const query = { dimensions: "partner_name", metrics: "installs", date_period: "-2d:-1d" };
    const report = await relay.call("SendAdjustRequest", {
      input: { method: "GET", path: "reports-service/report", query },
    });
    assert.deepEqual(Object(report.json).body.totals, { installs: 3640 });
    const none = await relay.call("SendAdjustRequest", {
      input: {
        method: "GET",
        path: "reports-service/report",
        query: { ...query, date_period: "2001-01-01:2001-01-02" },
      },
    });
    assert.deepEqual(none.json, { status: 204, headers: {} });
  });

  it("passes on what is wrong, field by field", async () => {
    await using relay = await startRelay();
    const body = { name: "New", platform: "windows", store_id: "x", bundle_id: "x" };
    const { status, error } = await relay.call("SendAdjustRequest", {
      input: { method: "POST", path: "app-automation/app", body },
    });
    assert.deepEqual([status, error?.code, error?.source], [422, "rejected", "adjust"]);
    assert.deepEqual(error?.details, [{ field: "platform", message: "must be android or ios" }]);
  });

  it("stays on the paths that Adjust's automation host has", async () => {
    await using relay = await startRelay();
    for (const path of ["v1/apps", "app-automationx/app", "s2s/event", "app-automation"]) {
      const { error } = await relay.call("SendAdjustRequest", { input: { method: "GET", path } });
      assert.equal(error?.details?.[0]?.field, "path");
    }
    assert.equal(relay.simulator.requests.length, 0);
  });
});
