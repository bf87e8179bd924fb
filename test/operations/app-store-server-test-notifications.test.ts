/** Test notifications, and the wait for them: 202 until Apple has tried, by a token that is stored nowhere. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { makeDemoKeys } from "../../local/simulator/index.ts";
import { issuerId, openRoom, purchaseTags } from "../credentials/support.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

const bundleId = "com.example.stillwater";

/** A relay whose app has the receiver's address in App Store Connect. */
async function connected(receiver: Receiver) {
  const runtime = skippingRuntime();
  const relay = await startRelay({ runtime });
  relay.simulator.notifications.configure({ url: `${receiver.url}/in` });
  return { relay, runtime, [Symbol.asyncDispose]: () => relay.close() };
}

const request = (relay: Relay, environment = "Production") =>
  relay.call("RequestTestNotification", { input: { bundleId, environment } });

/** Asks where a Location says, as a flow engine does. */
function poll(relay: Relay, location: string | undefined, changes: Record<string, string> = {}) {
  const url = new URL(location ?? "");
  const [, testNotificationToken] =
    /^\/api\/app-store-server\/notifications\/test\/([^/]+)\/result$/.exec(url.pathname) ?? [];
  assert.ok(testNotificationToken, url.pathname);
  return relay.call("GetTestNotificationResult", {
    input: { testNotificationToken, ...Object.fromEntries(url.searchParams), ...changes },
  });
}

/** Waits until the simulator has noted an attempt, which is soon after its receiver answered. */
async function noted(relay: Relay, environment: "production" | "sandbox"): Promise<void> {
  const { notifications } = relay.simulator.world.appStoreServer[environment];
  while (notifications.some(({ attempts }) => attempts.length === 0))
    await new Promise((resolve) => setImmediate(resolve));
}

describe("A test notification", () => {
  for (const environment of ["Production", "Sandbox"] as const) {
    it(`is waited for until it arrived, in ${environment}`, async () => {
      await using receiver = await startReceiver();
      let open = () => {};
      const gate = new Promise<number>((resolve) => {
        open = () => resolve(200);
      });
      receiver.answer = () => gate;
      await using parts = await connected(receiver);
      const { relay, runtime } = parts;
      const begun = await request(relay, environment);
      assert.deepEqual([begun.status, begun.json], [202, { status: "waiting" }]);
      assert.equal(begun.headers["retry-after"], "10");
      await receiver.got(1);
      const early = await poll(relay, begun.headers.location);
      assert.deepEqual([early.status, early.json], [202, { status: "waiting" }]);
      assert.equal(early.headers.location, begun.headers.location);
      open();
      await noted(relay, environment === "Production" ? "production" : "sandbox");
      await runtime.sleep(11_000);
      const { status, json } = await poll(relay, begun.headers.location);
      assert.equal(status, 200);
      const { sendAttempts, ...facts } = Object(json);
      assert.deepEqual(facts, { environment, arrived: true, message: "The notification arrived." });
      assert.equal(sendAttempts[0].sendAttemptResultText, "The server took the notification.");
    });
  }

  it("that could not be delivered is an answer too, in plain words", async () => {
    await using receiver = await startReceiver();
    receiver.answer = () => 503;
    await using parts = await connected(receiver);
    const { relay } = parts;
    const begun = await request(relay);
    await receiver.got(1);
    await noted(relay, "production");
    const { status, json } = await poll(relay, begun.headers.location);
    const { arrived, message } = Object(json);
    assert.deepEqual([status, arrived], [200, false]);
    assert.match(message, /could not deliver.*status that is not 200 to 206/);
  });

  describe("by a key that stays in the vault, which signs no token", () => {
    async function held(test: TestContext, receiver: Receiver) {
      const { vault, credentials } = await openRoom(test);
      const publicKey = vault.setKey("held", { tags: purchaseTags(bundleId) });
      const demo = await makeDemoKeys();
      const key = { keyId: "IAPKEY0001", issuerId, publicKey, bundleIds: [bundleId] };
      const runtime = skippingRuntime();
      const keys = { ...demo.keys, inAppPurchase: [key] };
      const relay = await startRelay({
        credentials,
        demo: { ...demo, keys },
        runtime,
        simulator: { runtime },
      });
      relay.simulator.notifications.configure({ url: `${receiver.url}/in` });
      return { relay, runtime };
    }

    it("is waited for within the call", async (test) => {
      await using receiver = await startReceiver();
      const { relay } = await held(test, receiver);
      await using _relay = relay;
      const { status, json } = await request(relay);
      const { sendAttempts: _attempts, ...facts } = Object(json);
      assert.deepEqual(
        [status, facts],
        [200, { environment: "Production", arrived: true, message: "The notification arrived." }],
      );
    });

    it("is answered in time where Apple says nothing of it", async (test) => {
      await using receiver = await startReceiver();
      let open = () => {};
      const gate = new Promise<number>((resolve) => {
        open = () => resolve(200);
      });
      receiver.answer = () => gate;
      const { relay, runtime } = await held(test, receiver);
      await using _relay = relay;
      const { status, json } = await request(relay);
      open();
      const { arrived, message } = Object(json);
      assert.deepEqual([status, arrived], [200, false]);
      assert.match(message, /has not said yet/);
      assert.ok(runtime.slept.length > 3 && runtime.slept.reduce((sum, ms) => sum + ms) < 95_000);
    });
  });

  it("needs an address in App Store Connect", async () => {
    await using relay = await startRelay();
    const { status, error } = await request(relay);
    assert.deepEqual([status, error?.upstream?.code], [404, "4040007"]);
  });

  it("tells nobody who has no token of it, and asks Apple nothing for them", async () => {
    await using receiver = await startReceiver();
    await using parts = await connected(receiver);
    const { relay } = parts;
    const begun = await request(relay);
    const before = relay.simulator.requests.length;
    const changes: Record<string, string>[] = [
      { token: "x" },
      { bundleId: "com.example.harborkings" },
      { environment: "Sandbox" },
      { testNotificationToken: "another" },
    ];
    for (const change of changes) {
      const { status, error } = await poll(relay, begun.headers.location, change);
      assert.deepEqual([status, error?.code, error?.source], [404, "not_found", "relay"]);
    }
    assert.equal(relay.simulator.requests.length, before);
  });

  it("goes on being waited for while Apple is in trouble", async () => {
    await using receiver = await startReceiver();
    await using parts = await connected(receiver);
    const { relay } = parts;
    const begun = await request(relay);
    relay.simulator.faults.add({ times: 4, fault: { kind: "status", status: 503 } });
    const { status, json } = await poll(relay, begun.headers.location);
    assert.deepEqual([status, json], [202, { status: "unknown" }]);
  });
});
