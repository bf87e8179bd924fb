/** Extensions for all subscribers, and the wait for them: 202 until Apple is done, by a token that is stored nowhere. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Fault, makeDemoKeys } from "../../local/simulator/index.ts";
import { issuerId, openRoom, purchaseTags } from "../credentials/support.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

const bundleId = "com.example.stillwater";
const facts = { extendByDays: 30, extendReasonCode: "CustomerSatisfaction", requestIdentifier: "a-1" };
const input = {
  bundleId,
  environment: "Production",
  productId: "com.example.stillwater.plus.yearly",
  ...facts,
  confirm: true,
};
const places = [
  ["Production", "com.example.stillwater.plus.yearly"],
  ["Sandbox", "com.example.stillwater.plus.monthly"],
] as const;

const request = (relay: Relay, more: object = {}) =>
  relay.call("MassExtendRenewalDates", { input: { ...input, ...more } });

/** Asks where a Location says, as a flow engine does. */
function poll(relay: Relay, location: string | undefined, changes: Record<string, string> = {}) {
  const url = new URL(location ?? "");
  const [, requestIdentifier = ""] =
    /^\/api\/app-store-server\/subscriptions\/extensions\/([^/]+)\/result$/.exec(url.pathname) ?? [];
  assert.ok(requestIdentifier, url.pathname);
  return relay.call("GetMassExtensionResult", {
    input: { requestIdentifier, ...Object.fromEntries(url.searchParams), ...changes },
  });
}

describe("A mass extension", () => {
  for (const [environment, productId] of places) {
    it(`is asked for without waiting, and watched, in ${environment}`, async () => {
      await using relay = await startRelay();
      const { status, json } = await request(relay, { environment, productId, wait: false });
      assert.deepEqual([status, json], [200, { environment, requestIdentifier: "a-1" }]);
      const asked = { bundleId, environment, productId, requestIdentifier: "a-1" };
      for (let look = 0; look < 2; look += 1) {
        const { json } = await relay.call("GetMassExtensionStatus", { input: asked });
        assert.deepEqual(json, { environment, requestIdentifier: "a-1", complete: false });
      }
      const { completeDate, ...rest } = Object(
        (await relay.call("GetMassExtensionStatus", { input: asked })).json,
      );
      assert.match(completeDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const counts = { succeededCount: 2, failedCount: 1 };
      assert.deepEqual(rest, { environment, requestIdentifier: "a-1", complete: true, ...counts });
    });

    it(`is waited for in ${environment}: 202 until Apple is done, then of how many it was`, async () => {
      const runtime = skippingRuntime();
      await using relay = await startRelay({ runtime, simulator: { runtime } });
      const begun = await request(relay, { environment, productId });
      assert.deepEqual([begun.status, begun.json], [202, { status: "running" }]);
      assert.equal(begun.headers["retry-after"], "15");
      const { location } = begun.headers;
      for (let look = 0; look < 2; look += 1) {
        const still = await poll(relay, location);
        assert.deepEqual([still.status, still.json], [202, { status: "running" }], still.text);
        assert.deepEqual([still.headers.location, still.headers["retry-after"]], [location, "15"]);
        runtime.advance(15_000);
      }
      const { status, json } = await poll(relay, location);
      const { completeDate, ...rest } = Object(json);
      assert.match(completeDate, /Z$/);
      const counts = { succeededCount: 2, failedCount: 1 };
      assert.deepEqual(
        [status, rest],
        [200, { environment, requestIdentifier: "a-1", complete: true, ...counts }],
      );
    });
  }

  it("is sent again after a passing fault: the request identifier makes it one", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "status", status: 500 } });
    assert.equal((await request(relay, { wait: false })).status, 200);
    assert.equal((await request(relay)).status, 202);
    assert.equal((await request(relay, { wait: null })).status, 202);
    assert.equal(relay.simulator.world.appStoreServer.production.writes.massExtensions.size, 1);
  });

  for (const [field, value] of [
    ["confirm", false],
    ["environment", "Auto"],
    ["environment", ""],
    ["storefrontCountryCodes", ["usa"]],
    ["wait", "maybe"],
  ] as const) {
    it(`is refused with ${field} ${JSON.stringify(value)} before anything is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await request(relay, { [field]: value });
      assert.equal(status, 400);
      assert.ok(error?.details?.[0]?.field.startsWith(field), JSON.stringify(error?.details));
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("that nobody asked for is not found, and of another product is refused", async () => {
    await using relay = await startRelay();
    const { bundleId, environment, productId } = input;
    const asked = { bundleId, environment, productId, requestIdentifier: "b" };
    const status = await relay.call("GetMassExtensionStatus", { input: asked });
    assert.deepEqual([status.status, status.error?.upstream?.code], [404, "4040009"]);
    const other = await request(relay, { productId: "other" });
    assert.deepEqual([other.status, other.error?.upstream?.code], [422, "4000023"]);
    assert.equal(other.headers.location, undefined);
  });

  it("is not begun where it cannot be waited for: by a key that stays in the vault", async (test) => {
    const { vault, credentials } = await openRoom(test);
    const publicKey = vault.setKey("held", { tags: purchaseTags(bundleId) });
    const demo = await makeDemoKeys();
    const key = { keyId: "IAPKEY0001", issuerId, publicKey, bundleIds: [bundleId] };
    const keys = { ...demo.keys, inAppPurchase: [key] };
    await using relay = await startRelay({ credentials, demo: { ...demo, keys } });
    const { status, error } = await request(relay);
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "wait"]);
    assert.equal(relay.simulator.requests.length, 0);
    assert.equal((await request(relay, { wait: false })).status, 200);
  });
});

describe("The wait for a mass extension", () => {
  it("asks Apple once for all polls within Retry-After, and less often the longer it takes", async () => {
    const runtime = skippingRuntime();
    await using relay = await startRelay({ runtime, simulator: { runtime } });
    relay.simulator.world.appStoreServer.production.writes.asksUntilComplete = 99;
    const { location } = (await request(relay)).headers;
    relay.simulator.requests.length = 0;
    await Promise.all([poll(relay, location), poll(relay, location)]);
    runtime.advance(10_000);
    await poll(relay, location);
    assert.equal(relay.simulator.requests.length, 1);
    for (const [hours, seconds] of [
      [1, "361"],
      [24, "600"],
    ] as const) {
      runtime.advance(hours * 3_600_000);
      assert.equal((await poll(relay, location)).headers["retry-after"], seconds);
    }
    assert.equal(relay.simulator.requests.length, 3);
  });

  const passing: readonly [what: string, fault: Fault][] = [
    ["503", { kind: "status", status: 503 }],
    ["what Apple calls retryable", { kind: "status", status: 404, body: { errorCode: 4040004 } }],
    ["a reset in the middle", { kind: "reset", at: "mid-body" }],
  ];
  for (const [what, fault] of passing) {
    it(`goes on after ${what}`, async () => {
      const runtime = skippingRuntime();
      await using relay = await startRelay({ runtime, simulator: { runtime } });
      relay.simulator.world.appStoreServer.production.writes.asksUntilComplete = 99;
      const { location } = (await request(relay)).headers;
      relay.simulator.faults.add({ times: 99, fault });
      const during = await poll(relay, location);
      assert.deepEqual([during.status, during.json], [202, { status: "unknown" }], during.text);
      relay.simulator.faults.clear();
      runtime.advance(15_000);
      assert.deepEqual((await poll(relay, location)).json, { status: "running" });
    });
  }

  it("ends with what does not pass", async () => {
    await using relay = await startRelay();
    const { location } = (await request(relay)).headers;
    relay.simulator.world.appStoreServer.production.writes.massExtensions.clear();
    const { status, error } = await poll(relay, location);
    assert.deepEqual([status, error?.upstream?.code], [404, "4040009"]);
  });

  it("is opened by its own token alone, for 30 days", async () => {
    const runtime = skippingRuntime();
    await using relay = await startRelay({ runtime, simulator: { runtime } });
    const { location = "" } = (await request(relay)).headers;
    const other = (await request(relay, { requestIdentifier: "a-2" })).headers.location ?? "";
    relay.simulator.requests.length = 0;
    const token = new URL(location).searchParams.get("token") ?? "";
    for (const changes of [
      { token: new URL(other).searchParams.get("token") ?? "" },
      { token: token.replace(/\.[^.]+\./, ".demo-team.") },
      { token: "x" },
      { requestIdentifier: "a-2" },
      { productId: "com.example.stillwater.plus.monthly" },
      { bundleId: "com.example.harborkings" },
      { bundleId: "com.example.nobody" },
      { environment: "Sandbox" },
    ] satisfies Record<string, string>[]) {
      const { status, error } = await poll(relay, location, changes);
      assert.deepEqual([status, error?.code, error?.source], [404, "not_found", "relay"]);
    }
    assert.equal(relay.simulator.requests.length, 0);
    runtime.advance(30 * 86_400_000 - 60_000);
    assert.equal((await poll(relay, location)).status, 202);
    runtime.advance(61_000);
    assert.equal((await poll(relay, location)).status, 404);
  });
});
