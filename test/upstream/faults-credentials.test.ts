/** 401, F7 and F8: keys that are refused, a vault in trouble, clocks that are off; from the call to its answer. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { createHandler } from "../../functions/http/handler.ts";
import { makeDemoKeys } from "../../local/simulator/index.ts";
import { createP8, openRoom } from "../credentials/support.ts";
import { observe } from "../support/canary.ts";
import { type CallFacts, type ErrorBody, findOperation, startRelay, toRequest } from "../support/relay.ts";
import { skippingRuntime } from "./skipping-runtime.ts";

const appId = "1480000001";
const getApp = { input: { appId } };
const purchaseId = "6700000001";
const change = { data: { type: "inAppPurchases", id: purchaseId, attributes: { name: "Renamed" } } };
const rename = { input: { method: "PATCH", path: `v2/inAppPurchases/${purchaseId}`, body: change } };
const always = Number.POSITIVE_INFINITY;
const minute = 60_000;

async function start() {
  const runtime = skippingRuntime();
  return Object.assign(await startRelay({ runtime, simulator: { runtime } }), { runtime });
}

describe("A 401 of the service", () => {
  const refused = { kind: "status", status: 401 } as const;

  it("is followed by one call with a fresh token", async () => {
    await using relay = await start();
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    relay.simulator.faults.add({ fault: refused });
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    const tokens = relay.simulator.requests.map(({ headers }) => headers.authorization);
    assert.equal(tokens.length, 3);
    assert.equal(tokens[1], tokens[0]);
    assert.notEqual(tokens[2], tokens[1]);
    assert.deepEqual(relay.runtime.slept, []);
  });

  it("is followed so for a write too, which is applied once", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: refused });
    assert.equal((await relay.call("SendAppStoreConnectRequest", rename)).status, 200);
    assert.deepEqual(
      relay.simulator.requests.map(({ status }) => status),
      [401, 200],
    );
  });

  for (const [operation, facts, source] of [
    ["GetApp", getApp, "app-store-connect"],
    ["SendAppStoreConnectRequest", rename, "app-store-connect"],
    ["ListAdjustApps", {}, "adjust"],
  ] as const) {
    it(`that stays is 502 credential_rejected: ${operation}`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ times: always, fault: refused });
      const { status, error } = await relay.call(operation, facts);
      assert.deepEqual(
        [status, error?.code, error?.source, error?.outcome, error?.retryable, error?.upstream?.status],
        [502, "credential_rejected", source, "none", false, 401],
      );
      assert.match(
        error?.hint ?? "",
        source === "adjust" ? /^Check at Adjust/ : /^Check in App Store Connect/,
      );
      assert.equal(relay.simulator.requests.length, 2);
    });
  }

  it("that stays is passed on by a raw relay as it came", async () => {
    await using relay = await start();
    relay.simulator.faults.add({
      times: always,
      fault: { ...refused, body: { errors: [{ code: "NOT_AUTHORIZED" }] } },
    });
    const { status, json, headers } = await relay.call("RelayReadAppStoreConnect", {
      params: { path: "v1/apps" },
    });
    assert.deepEqual([status, json], [401, { errors: [{ code: "NOT_AUTHORIZED" }] }]);
    assert.equal(headers["x-relay-error"], undefined);
    assert.equal(relay.simulator.requests.length, 2);
  });

  it("between other faults still costs one fresh token only", async () => {
    await using relay = await start();
    for (const status of [401, 503, 401]) relay.simulator.faults.add({ fault: { kind: "status", status } });
    const { status, error } = await relay.call("GetApp", getApp);
    assert.deepEqual([status, error?.code], [502, "credential_rejected"]);
    assert.equal(relay.simulator.requests.length, 3);
  });

  it("after a rotation in the folder is cured by the new file, in the middle of a call", async () => {
    await using relay = await start();
    assert.equal((await relay.call("ListAdjustApps")).status, 200);
    const next = makeDemoKeys();
    const document = next.vault["demo-adjust"] ?? assert.fail();
    // The service knows the new token alone; the file comes while the call waits to try again.
    relay.simulator.setKeys({ ...relay.demo.keys, adjust: next.keys.adjust });
    const sleep = relay.runtime.sleep;
    relay.runtime.sleep = async (ms, signal) => {
      await relay.writeSecret("demo-adjust", document);
      await sleep(ms, signal);
    };
    relay.simulator.faults.add({ fault: { kind: "status", status: 503 } });
    assert.equal((await relay.call("ListAdjustApps")).status, 200);
    assert.deepEqual(
      relay.simulator.requests.map(({ status }) => status),
      [200, 503, 200],
    );
  });

  it("after a rotation of a signing key in the folder needs nothing but the file", async () => {
    await using relay = await start();
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    const next = makeDemoKeys();
    relay.simulator.setKeys(next.keys);
    assert.equal((await relay.call("GetApp", getApp)).error?.code, "credential_rejected");
    await relay.writeSecret("demo-team", next.vault["demo-team"] ?? assert.fail());
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
  });
});

/** The whole relay over a Key Vault on this machine. */
async function startOverKeyVault(test: TestContext) {
  const { vault, clock, credentials } = await openRoom(test);
  const relay = await startRelay({ runtime: clock, simulator: { runtime: clock } });
  const services = { ...relay.services, credentials };
  const team = relay.demo.vault["demo-team"] ?? assert.fail();
  vault.setSecret("demo-team", team.value, { tags: team.tags });
  return {
    ...relay,
    clock,
    vault,
    team,
    async call(id: string, facts: CallFacts = {}) {
      const operation = findOperation(id);
      const handler = createHandler(operation, { services, log: (line) => observe("a log line", line) });
      const { status = 200, body, headers } = await handler(toRequest(operation, facts));
      observe("an answer over Key Vault", String(body));
      const json: { error?: ErrorBody } = JSON.parse(String(body));
      return { status, json, error: json.error, headers: new Headers(headers) };
    },
  };
}

describe("F7: a vault in trouble", () => {
  for (const answer of [429, 500, 503, "reset"] as const) {
    it(`with ${answer} before anything was read is 503 key_vault_unavailable, and nothing is sent`, async (t) => {
      await using relay = await startOverKeyVault(t);
      relay.vault.fault({ on: "GET /", answer });
      const { status, error, headers } = await relay.call("GetApp", getApp);
      assert.deepEqual(
        [status, error?.code, error?.source, error?.outcome, error?.retryable],
        [503, "key_vault_unavailable", "key-vault", "none", true],
      );
      assert.equal(headers.get("retry-after"), "5");
      assert.equal(relay.simulator.requests.length, 0);
      relay.vault.clearFaults();
      assert.equal((await relay.call("GetApp", getApp)).status, 200);
    });

    it(`with ${answer} is bridged for 15 minutes by what was read before, then not`, async (t) => {
      await using relay = await startOverKeyVault(t);
      assert.equal((await relay.call("GetApp", getApp)).status, 200);
      relay.vault.fault({ on: "GET /", answer });
      relay.clock.advance(14 * minute);
      assert.equal((await relay.call("GetApp", getApp)).status, 200);
      relay.clock.advance(2 * minute);
      assert.equal((await relay.call("GetApp", getApp)).error?.code, "key_vault_unavailable");
    });
  }

  it("that stalls ends after ten seconds, not with the call's whole deadline", async (t) => {
    await using relay = await startOverKeyVault(t);
    relay.vault.fault({ on: "GET /secrets", answer: "stall" });
    const call = relay.call("GetApp", getApp);
    while (relay.clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    relay.clock.advance(10_000);
    assert.equal((await call).error?.code, "key_vault_unavailable");
  });

  it("that lets nobody in is 503 with the role to give, and no other word", async (t) => {
    await using relay = await startOverKeyVault(t);
    relay.vault.fault({ on: "GET /secrets", answer: 403, code: "ForbiddenByRbac" });
    const { status, error } = await relay.call("GetApp", getApp);
    assert.deepEqual([status, error?.code], [503, "key_vault_unavailable"]);
    assert.match(error?.hint ?? "", /Key Vault Secrets User/);
  });

  it("is asked once by 30 calls at once", async (t) => {
    await using relay = await startOverKeyVault(t);
    const answers = await Promise.all(Array.from({ length: 30 }, () => relay.call("GetApp", getApp)));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(relay.vault.count("GET /secrets/demo-team"), 1);
    assert.equal(new Set(relay.simulator.requests.map(({ headers }) => headers.authorization)).size, 1);
  });

  it("whose secret was disabled, deleted or expired fails closed with one and the same answer", async (t) => {
    const answers = new Set<string>();
    for (const end of ["disabled", "deleted", "expired", "unknown"] as const) {
      await using relay = await startOverKeyVault(t);
      assert.equal((await relay.call("GetApp", getApp)).status, 200);
      if (end === "disabled") relay.vault.update("demo-team", { enabled: false });
      if (end === "expired") relay.vault.update("demo-team", { expiresOn: relay.clock.now() - 1_000 });
      if (end === "deleted") relay.vault.deleteSecret("demo-team");
      relay.clock.advance(6 * minute);
      const credential = end === "unknown" ? "nobody" : "demo-team";
      const { status, error } = await relay.call("GetApp", { input: { appId, credential } });
      assert.deepEqual([status, error?.code], [400, "credential_unavailable"], end);
      answers.add(JSON.stringify({ ...error, correlationId: "" }));
      assert.equal(relay.simulator.requests.length, 1);
    }
    assert.equal(answers.size, 1);
  });

  it("whose key was rotated is read again after the 401, within the call", async (t) => {
    await using relay = await startOverKeyVault(t);
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    const next = createP8();
    const keyId = "DEMOTEAM02";
    const [known] = relay.demo.keys.appStoreConnect;
    const renewed = { ...known, keyId, publicKey: next.publicKey };
    relay.simulator.setKeys({ ...relay.demo.keys, appStoreConnect: [renewed] });
    relay.vault.setSecret("demo-team", next.pem, { tags: { ...relay.team.tags, "key-id": keyId } });
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    assert.deepEqual(
      relay.simulator.requests.map(({ status }) => status),
      [200, 401, 200],
    );
    assert.equal(relay.vault.count("GET /secrets/demo-team"), 2);
  });

  it("whose secret is gone after the 401 fails closed", async (t) => {
    await using relay = await startOverKeyVault(t);
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    relay.simulator.setKeys({ ...relay.demo.keys, appStoreConnect: [] });
    relay.vault.deleteSecret("demo-team");
    const { status, error } = await relay.call("GetApp", getApp);
    assert.deepEqual([status, error?.code], [400, "credential_unavailable"]);
    assert.equal(relay.simulator.requests.length, 2);
  });

  for (const [what, value] of [
    ["garbage", "not a key at all, but long enough"],
    ["an empty PEM", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"],
    ["a key cut short", createP8().pem.slice(0, 120)],
  ] as const) {
    it(`that holds ${what} in place of a key says so to the admin, and nothing is sent`, async (t) => {
      await using relay = await startOverKeyVault(t);
      relay.vault.setSecret("demo-team", value, { tags: relay.team.tags });
      const { status, error } = await relay.call("GetApp", getApp);
      assert.deepEqual([status, error?.code], [400, "credential_unavailable"]);
      assert.equal(relay.simulator.requests.length, 0);
      assert.ok(!JSON.stringify(error).includes(value.slice(0, 20)));
    });
  }
});

describe("F8: a clock that is off", () => {
  for (const offsetMs of [-15 * minute, -5 * minute, 5 * minute, 15 * minute]) {
    it(`by ${offsetMs / minute} minutes is corrected once, for all calls that follow`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ times: always, fault: { kind: "clock", offsetMs } });
      for (let call = 0; call < 3; call += 1) {
        assert.equal((await relay.call("GetApp", getApp)).status, 200);
        assert.equal((await relay.call("SendAppStoreServerRequest", { input: subscriptions })).status, 200);
      }
      // Five minutes ahead no token has expired yet.
      const wrong = offsetMs === 5 * minute ? [] : [401];
      const statuses = (service: "appStoreConnect" | "appStoreServer") =>
        relay.simulator.requestsTo(service).map(({ status }) => status);
      assert.deepEqual(statuses("appStoreConnect"), [...wrong, 200, 200, 200]);
      assert.deepEqual(statuses("appStoreServer"), [...wrong, 200, 200, 200]);
    });
  }

  for (const offsetMs of [-20 * minute, 20 * minute, -24 * 60 * minute]) {
    it(`by ${offsetMs / minute} minutes is not followed`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ times: always, fault: { kind: "clock", offsetMs } });
      for (let call = 0; call < 2; call += 1) {
        assert.equal((await relay.call("GetApp", getApp)).error?.code, "credential_rejected");
      }
      assert.equal(relay.simulator.requests.length, 4);
      relay.simulator.faults.clear();
      assert.equal((await relay.call("GetApp", getApp)).status, 200);
    });
  }

  it("of one service spoils no other", async () => {
    await using relay = await start();
    relay.simulator.faults.add({
      service: "appStoreConnect",
      times: always,
      fault: { kind: "clock", offsetMs: -10 * minute },
    });
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    assert.equal((await relay.call("SendAppStoreServerRequest", { input: subscriptions })).status, 200);
    assert.deepEqual(
      relay.simulator.requestsTo("appStoreServer").map(({ status }) => status),
      [200],
    );
  });
});

const subscriptions = {
  method: "GET",
  path: "inApps/v1/subscriptions/300000000000001",
  bundleId: "com.example.stillwater",
};
