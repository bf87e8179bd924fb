import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

const headers = { "content-type": "application/json" };
const app = { params: { path: "v1/apps/1480000001" } };
const transaction = "2000000000000001";
const setToken = {
  method: "PUT",
  path: `inApps/v1/transactions/${transaction}/appAccountToken`,
  bundleId: "com.example.stillwater",
  body: { appAccountToken: "7e3fb20b-4cdb-47cc-936d-99d65f608138" },
};

describe("A refusal whose body is labelled JSON and is none", () => {
  it("keeps its status and its bytes on a raw read", async () => {
    await using relay = await startRelay({ runtime: skippingRuntime() });
    relay.simulator.faults.add({ times: 4, fault: { kind: "status", status: 502, headers } });
    const { status, headers: answered, text } = await relay.call("RelayReadAppStoreConnect", app);
    assert.equal(status, 502);
    assert.equal(answered["x-relay-error"], undefined);
    assert.match(text, /<html/i);
  });

  it("stays a refusal of a raw write, not one of unknown outcome", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({
      fault: { kind: "status", status: 409, headers: { "content-type": "application/json; x" } },
    });
    const { status, headers: answered } = await relay.call("RelayWriteAppStoreConnect", {
      ...app,
      method: "PATCH",
      body: {},
    });
    assert.equal(status, 409);
    assert.equal(answered["x-relay-error"], undefined);
  });
});

describe("Auto, where the sandbox is in trouble", () => {
  it("does not take an applied write for one that changed nothing", async () => {
    await using relay = await startRelay({ runtime: skippingRuntime() });
    relay.simulator.faults.add({
      service: "appStoreServerSandbox",
      times: 4,
      fault: { kind: "status", status: 500, apply: true },
    });
    const { status, error } = await relay.call("SendAppStoreServerRequest", { input: setToken });
    assert.deepEqual([status, error?.code, error?.outcome], [409, "outcome_unknown", "unknown"]);
    assert.deepEqual(
      error?.details?.map(({ field }) => field),
      ["environment"],
    );
  });

  it("does not say that a transaction is unknown", async () => {
    await using relay = await startRelay({ runtime: skippingRuntime() });
    relay.simulator.faults.add({
      service: "appStoreServerSandbox",
      times: 8,
      fault: { kind: "status", status: 503 },
    });
    const input = {
      method: "GET",
      path: `inApps/v1/transactions/${transaction}`,
      bundleId: setToken.bundleId,
    };
    const typed = await relay.call("SendAppStoreServerRequest", { input });
    assert.deepEqual([typed.status, typed.error?.code], [502, "upstream_unavailable"]);
    const raw = await relay.call("RelayReadAppStoreServer", {
      params: { environment: "auto", path: input.path },
      query: { bundleId: input.bundleId },
    });
    assert.equal(raw.status, 503);
    assert.equal(raw.headers["x-relay-environment"], "sandbox");
    assert.equal(raw.headers["x-relay-production-status"], "404");
    assert.equal(raw.headers["x-relay-sandbox-status"], "503");
  });

  it("blames no key that the sandbox accepts, for an app that was never released", async () => {
    await using relay = await startRelay();
    const { status, error } = await relay.call("SendAppStoreServerRequest", {
      input: {
        method: "GET",
        path: "inApps/v1/transactions/99",
        bundleId: "com.example.harborkings.stickers",
      },
    });
    assert.deepEqual([status, error?.code], [404, "not_found"]);
  });
});

describe("Requests of a maker's own", () => {
  it("are told everything that is wrong with them at once", async () => {
    await using relay = await startRelay();
    const { status, error } = await relay.call("SendAppStoreConnectRequest", {
      input: { method: "GET", path: "foo", query: { a: {}, b: null, c: [[]] }, body: {} },
    });
    assert.equal(status, 400);
    assert.deepEqual(
      error?.details?.map(({ field }) => field),
      ["path", "query.a", "query.c", "body"],
    );
    assert.equal(relay.simulator.requests.length, 0);
  });
});
