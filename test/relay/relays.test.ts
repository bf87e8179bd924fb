/** The raw relays of the three services, without a host: routes, parameters, environments, and their own failures. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { type CallFacts, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";
import { startUpstreamServer, type UpstreamServer } from "./upstream-server.ts";

const stillwater = { bundleId: "com.example.stillwater" };
const production = "300000000000001";
const sandbox = "2000000000000001";
const statuses = (
  environment: string,
  id: string,
  query: Record<string, string> = stillwater,
): CallFacts => ({
  params: { environment, path: `inApps/v1/subscriptions/${id}` },
  query,
});

/** Waits until nothing is connected to a server any more. */
async function closed(server: UpstreamServer): Promise<void> {
  const end = performance.now() + 2_000;
  while (server.openSockets() > 0) {
    assert.ok(performance.now() < end, "a connection is still open");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("The relay to App Store Connect", () => {
  it("reads and writes", async () => {
    await using relay = await startRelay();
    const read = await relay.call("RelayReadAppStoreConnect", { params: { path: "v1/apps/1480000001" } });
    assert.deepEqual([read.status, Object(read.json).data.id], [200, "1480000001"]);
    const body = { data: { type: "apps", id: "1480000001", attributes: { primaryLocale: "de-DE" } } };
    const write = await relay.call("RelayWriteAppStoreConnect", {
      method: "PATCH",
      params: { path: "v1/apps/1480000001" },
      body,
    });
    assert.equal(write.status, 200);
    const app = relay.simulator.world.appStoreConnect.resources.get("apps", "1480000001");
    assert.equal(app?.attributes.primaryLocale, "de-DE");
  });

  it("hands a gzip report through as the file that it is", async () => {
    await using relay = await startRelay();
    const query = {
      "filter[vendorNumber]": "85000000",
      "filter[reportType]": "SALES",
      "filter[reportSubType]": "SUMMARY",
      "filter[frequency]": "MONTHLY",
      "filter[reportDate]": "2026-10",
    };
    const headers = { accept: "application/a-gzip" };
    const {
      status,
      bytes,
      headers: answered,
    } = await relay.call("RelayReadAppStoreConnect", { params: { path: "v1/salesReports" }, query, headers });
    assert.deepEqual([status, answered["content-type"]], [200, "application/a-gzip"]);
    assert.match(gunzipSync(bytes).toString(), /11204/);
    assert.equal(relay.simulator.requests[0]?.headers.accept, "application/a-gzip");
  });

  it("hands refusals through, with Apple's own status and text", async () => {
    await using relay = await startRelay();
    const { status, json, headers } = await relay.call("RelayReadAppStoreConnect", {
      params: { path: "v1/apps" },
      query: { "filter[colour]": "x" },
    });
    assert.equal(status, 400);
    assert.match(Object(json).errors[0].code, /PARAMETER_ERROR/);
    assert.equal(headers["x-relay-error"], undefined);
  });

  for (const path of [
    "",
    "apps",
    "v4/apps",
    "v0/apps",
    "V1/apps",
    "v1",
    "v1/",
    "v1//apps",
    "v1/../v2/x",
    "v1/a%20b",
    "inApps/v1/x",
  ]) {
    it(`refuses the path ${JSON.stringify(path)}`, async () => {
      await using relay = await startRelay();
      const { status, error, headers } = await relay.call("RelayReadAppStoreConnect", { params: { path } });
      assert.deepEqual(
        [status, error?.code, headers["x-relay-error"]],
        [400, "invalid_input", "invalid_input"],
      );
      assert.equal(error?.details?.[0]?.field, "path");
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  for (const [name, value] of [
    ["accept", "a".repeat(1_025)],
    ["accept", "text/ä"],
    ["content-type", "application/\u00ff"],
  ] as const) {
    it(`refuses a header ${name} that is no plain text`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("RelayWriteAppStoreConnect", {
        params: { path: "v1/apps" },
        body: "{}",
        headers: { [name]: value },
      });
      assert.deepEqual([status, error?.details?.[0]?.field], [400, name]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("keeps an answer of more than 10 MB of JSON to itself", async () => {
    await using relay = await startRelay();
    for (const contentLength of [true, false]) {
      relay.simulator.faults.add({ fault: { kind: "oversized", contentLength } });
      const { status, headers } = await relay.call("RelayReadAppStoreConnect", {
        params: { path: "v1/apps" },
      });
      assert.deepEqual([status, headers["x-relay-error"]], [502, "bad_upstream_response"]);
    }
  });
});

describe("The relay to the App Store Server API", () => {
  it("asks the environment that is named, and says who answered", async () => {
    await using relay = await startRelay();
    for (const [environment, id, status] of [
      ["production", production, 200],
      ["sandbox", sandbox, 200],
      ["production", sandbox, 404],
      ["sandbox", production, 404],
    ] as const) {
      const answer = await relay.call("RelayReadAppStoreServer", statuses(environment, id));
      assert.equal(answer.status, status);
      assert.equal(answer.headers["x-relay-environment"], environment);
      assert.equal(answer.headers["x-relay-production-status"], undefined);
    }
    assert.equal(relay.simulator.requests.length, 4);
  });

  it("auto: production, then the sandbox after 4040010", async () => {
    await using relay = await startRelay();
    const first = await relay.call("RelayReadAppStoreServer", statuses("auto", production));
    assert.deepEqual([first.status, first.headers["x-relay-environment"]], [200, "production"]);
    const second = await relay.call("RelayReadAppStoreServer", statuses("auto", sandbox));
    assert.deepEqual([second.status, second.headers["x-relay-environment"]], [200, "sandbox"]);
    assert.deepEqual(
      relay.simulator.requests.map(({ service, status }) => [service, status]),
      [
        ["appStoreServer", 200],
        ["appStoreServer", 404],
        ["appStoreServerSandbox", 200],
      ],
    );
  });

  it("auto: after a 401 that a fresh token does not cure", async () => {
    await using relay = await startRelay();
    const query = { bundleId: "com.example.harborkings.stickers" };
    const { status, headers } = await relay.call(
      "RelayReadAppStoreServer",
      statuses("auto", "2000000000003001", query),
    );
    assert.deepEqual([status, headers["x-relay-environment"]], [200, "sandbox"]);
    assert.deepEqual(
      relay.simulator.requests.map(({ service, status }) => [service, status]),
      [
        ["appStoreServer", 401],
        ["appStoreServer", 401],
        ["appStoreServerSandbox", 200],
      ],
    );
  });

  it("auto: production's own answer, with both statuses, when both failed", async () => {
    await using relay = await startRelay();
    const unknown = await relay.call("RelayReadAppStoreServer", statuses("auto", "999"));
    assert.deepEqual(
      [unknown.status, unknown.json],
      [404, { errorCode: 4040010, errorMessage: "Transaction id not found." }],
    );
    const names = [
      "x-relay-environment",
      "x-relay-production-status",
      "x-relay-sandbox-status",
      "x-relay-error",
    ] as const;
    assert.deepEqual(
      names.map((name) => unknown.headers[name]),
      ["production", "404", "404", undefined],
    );
    relay.simulator.setKeys({ ...relay.demo.keys, inAppPurchase: [] });
    const refused = await relay.call("RelayReadAppStoreServer", statuses("auto", sandbox));
    assert.deepEqual(
      [refused.status, refused.text, refused.headers["content-type"]],
      [401, "Unauthenticated", "text/plain"],
    );
    assert.deepEqual(
      names.map((name) => refused.headers[name]),
      ["production", "401", "401", undefined],
    );
  });

  it("auto: nothing else falls back", async () => {
    const runtime = skippingRuntime();
    await using relay = await startRelay({ runtime, simulator: { runtime } });
    for (const [status, body, attempts] of [
      [404, { errorCode: 4040005 }, 1],
      [404, "", 1],
      [400, { errorCode: 4000006 }, 1],
      [403, "", 1],
      [500, { errorCode: 5000000 }, 4],
      [503, "4040010", 4],
    ] as const) {
      relay.simulator.reset();
      relay.simulator.faults.add({
        service: "appStoreServer",
        times: 4,
        fault: { kind: "status", status, body },
      });
      const answer = await relay.call("RelayReadAppStoreServer", statuses("auto", sandbox));
      assert.deepEqual([answer.status, answer.headers["x-relay-environment"]], [status, "production"]);
      assert.equal(relay.simulator.requestsTo("appStoreServer").length, attempts);
      assert.equal(relay.simulator.requestsTo("appStoreServerSandbox").length, 0);
    }
  });

  it("auto: a write falls back after 4040010 only, and takes its body with it", async () => {
    await using relay = await startRelay();
    const appAccountToken = "0f0e0d0c-0b0a-4908-8706-050403020100";
    const facts = (id: string): CallFacts => ({
      method: "PUT",
      params: { environment: "auto", path: `inApps/v1/transactions/${id}/appAccountToken` },
      query: stillwater,
      body: { appAccountToken },
    });
    const write = await relay.call("RelayWriteAppStoreServer", facts(sandbox));
    assert.deepEqual([write.status, write.headers["x-relay-environment"]], [200, "sandbox"]);
    const { sandbox: testers, production: customers } = relay.simulator.world.appStoreServer;
    assert.equal(testers.transactions[0]?.appAccountToken, appAccountToken);
    assert.ok(customers.transactions.every((transaction) => transaction.appAccountToken === undefined));
    for (const fault of [
      { kind: "status", status: 500 },
      { kind: "reset", at: "before-headers" },
      { kind: "applied-then-lost" },
    ] as const) {
      relay.simulator.reset();
      relay.simulator.faults.add({ fault });
      const { status } = await relay.call("RelayWriteAppStoreServer", facts(production));
      assert.equal(status, fault.kind === "status" ? 500 : 502);
      assert.equal(relay.simulator.requests.length, 1);
    }
  });

  it("auto: lets go of the answer that is not used, however large", async () => {
    await using first = await startUpstreamServer();
    await using second = await startUpstreamServer();
    await using relay = await startRelay({
      origins: { "app-store-server": first.origin, "app-store-server-sandbox": second.origin },
    });
    const large = Buffer.alloc(4 * 1024 * 1024, "x");
    first.answer = (_request, response) =>
      response.writeHead(401, { "content-type": "text/plain" }).end(large);
    second.answer = (_request, response) =>
      response.writeHead(200, { "content-type": "text/plain" }).end("found");
    const found = await relay.call("RelayReadAppStoreServer", statuses("auto", sandbox));
    assert.deepEqual([found.status, found.text], [200, "found"]);
    // What is not wanted has no connection; what was read whole keeps its own.
    await closed(first);
    second.answer = (_request, response) =>
      response.writeHead(403, { "content-type": "text/plain" }).end(large);
    const failed = await relay.call("RelayReadAppStoreServer", statuses("auto", sandbox));
    assert.deepEqual([failed.status, failed.bytes.length], [401, large.length]);
    await closed(second);
  });

  it("auto exists only where a transaction ID stands in the path", async () => {
    await using relay = await startRelay();
    for (const path of [
      "inApps/v1/notifications/test",
      "inApps/v1/lookup/MABC",
      "externalPurchase/v1/reports/1",
    ]) {
      const { status, error } = await relay.call("RelayReadAppStoreServer", {
        params: { environment: "auto", path },
        query: stillwater,
      });
      assert.deepEqual([status, error?.details?.[0]?.field], [400, "environment"]);
    }
    for (const environment of ["Production", "live", "", "constructor"]) {
      const { status, error } = await relay.call(
        "RelayReadAppStoreServer",
        statuses(environment, production),
      );
      assert.deepEqual([status, error?.details?.[0]?.field], [400, "environment"]);
    }
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("auto takes no body that it could not send twice", async () => {
    await using relay = await startRelay();
    const { status, headers } = await relay.call("RelayWriteAppStoreServer", {
      method: "PUT",
      params: { environment: "auto", path: `inApps/v1/transactions/${sandbox}/appAccountToken` },
      query: stillwater,
      body: Buffer.alloc(1024 * 1024 + 1, " "),
    });
    assert.deepEqual([status, headers["x-relay-error"]], [413, "payload_too_large"]);
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("takes the bundle ID by query or header, and neither goes on", async () => {
    await using relay = await startRelay();
    const byHeader = await relay.call("RelayReadAppStoreServer", {
      ...statuses("auto", production, {}),
      headers: { "x-relay-bundle-id": stillwater.bundleId },
    });
    assert.equal(byHeader.status, 200);
    const both = await relay.call("RelayReadAppStoreServer", {
      ...statuses("auto", production),
      headers: { "x-relay-bundle-id": stillwater.bundleId },
    });
    assert.equal(both.status, 200);
    const different = await relay.call("RelayReadAppStoreServer", {
      ...statuses("auto", production),
      headers: { "x-relay-bundle-id": "com.example.harborkings" },
    });
    assert.deepEqual([different.status, different.error?.details?.[0]?.field], [400, "bundleId"]);
    const odd = await relay.call(
      "RelayReadAppStoreServer",
      statuses("auto", production, { bundleId: "com.example/x" }),
    );
    assert.deepEqual([odd.status, odd.error?.details?.[0]?.field], [400, "bundleId"]);
    const { requests } = relay.simulator;
    assert.equal(requests.length, 2);
    assert.ok(
      requests.every(
        ({ url, headers }) => !url.includes("undle") && headers["x-relay-bundle-id"] === undefined,
      ),
    );
  });
});

describe("The relay to Adjust", () => {
  it("reads, writes and streams", async () => {
    await using relay = await startRelay();
    const list = await relay.call("RelayReadAdjust", { params: { path: "app-automation/apps/list" } });
    assert.deepEqual([list.status, Object(list.json).length], [200, 3]);
    const body = { name: "New", platform: "ios", store_id: "1480000555", bundle_id: "com.example.new" };
    const made = await relay.call("RelayWriteAdjust", { params: { path: "app-automation/app" }, body });
    assert.deepEqual([made.status, relay.simulator.world.adjust.apps.at(-1)?.storeId], [200, "1480000555"]);
    const query = { dimensions: "app", metrics: "installs", date_period: "2001-01-01:2001-01-01" };
    const none = await relay.call("RelayReadAdjust", { params: { path: "reports-service/report" }, query });
    assert.deepEqual([none.status, none.text], [204, ""]);
  });

  for (const path of ["", "app", "v1/apps", "s2s/event", "app-automation", "App-Automation/app"]) {
    it(`refuses the path ${JSON.stringify(path)}`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("RelayReadAdjust", { params: { path } });
      assert.deepEqual([status, error?.details?.[0]?.field], [400, "path"]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});

describe("A write by a raw relay", () => {
  for (const method of ["POST", "PATCH", "PUT", "DELETE"]) {
    it(`of ${method} is sent once, and its 5xx passed on`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ fault: { kind: "status", status: 503, body: "busy" } });
      const { status, text, headers } = await relay.call("RelayWriteAdjust", {
        method,
        params: { path: "app-automation/x" },
        body: "{}",
      });
      assert.deepEqual([status, text, headers["x-relay-error"]], [503, "busy", undefined]);
      assert.equal(relay.simulator.requests.length, 1);
    });
  }

  it("without a body has no content type", async () => {
    await using relay = await startRelay();
    await relay.call("RelayWriteAdjust", { method: "DELETE", params: { path: "app-automation/x" } });
    const [request] = relay.simulator.requests;
    assert.equal(request?.headers["content-type"], undefined);
    assert.equal(request?.body.length, 0);
  });
});
