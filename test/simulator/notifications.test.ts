import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { notificationEvent } from "../../functions/app-store-server/notification-event.ts";
import { createSignedPayloads, SignatureFault } from "../../functions/signed-payloads/index.ts";
import { forgeries } from "../../local/simulator/notifications/forge.ts";
import { notificationTypes } from "../../local/simulator/notifications/types.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { get, send, startBench, stillRuntime, type TestBench } from "./support.ts";

const bundleId = "com.example.stillwater";
const apps = [
  { bundleId, appAppleId: "1480000002" },
  { bundleId: "com.example.harborkings", appAppleId: "1480000001" },
];

function reader(bench: TestBench) {
  const { rootFingerprint } = bench.simulator;
  const payloads = createSignedPayloads({
    fingerprints: new Set([rootFingerprint]),
    runtime: { now: Date.now },
  });
  return async (signedPayload: string) =>
    notificationEvent(await payloads.decode(signedPayload, { apps, kinds: ["notification"] }), 0).event;
}

/** A simulator that sends to a receiver of the test's own. */
async function connected(options: Parameters<typeof startBench>[0] = {}) {
  const bench = await startBench(options);
  const receiver = await startReceiver();
  bench.simulator.notifications.configure({ url: `${receiver.url}/in` });
  return {
    bench,
    receiver,
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

const signedPayloads = (receiver: Receiver) =>
  receiver.received.map(({ body }) => String(JSON.parse(body).signedPayload));

const combinations = Object.entries(notificationTypes).flatMap(([type, { subtypes }]) =>
  (["production", "sandbox"] as const).flatMap((environment) =>
    subtypes.map((subtype) => ({ type, subtype, environment })),
  ),
);

describe("Notifications of the simulator", () => {
  it("come in every type and subtype, signed so that the relay believes them", async () => {
    await using parts = await connected();
    const { bench, receiver } = parts;
    const read = reader(bench);
    for (const wish of combinations) await bench.simulator.notifications.send({ ...wish, bundleId });
    const events = await Promise.all(signedPayloads(receiver).map(read));
    assert.deepEqual(
      events.map(({ type, subtype, environment }) => ({ type, subtype, environment })),
      combinations,
    );
    assert.equal(new Set(events.map(({ id }) => id)).size, combinations.length);
    for (const { type, subtype, data } of events) {
      const { transaction, renewalInfo, status, consumptionRequestReason } = data;
      const what = `${type} ${subtype}`;
      if (type === "REFUND") assert.ok(Object(transaction).revocationDate, what);
      if (what === "EXPIRED VOLUNTARY") assert.equal(Object(renewalInfo).expirationIntent, 1);
      if (what === "DID_FAIL_TO_RENEW GRACE_PERIOD") assert.equal(status, 4);
      if (type === "CONSUMPTION_REQUEST") assert.ok(consumptionRequestReason);
      if (what === "RENEWAL_EXTENSION SUMMARY") assert.equal(Object(data.summary).succeededCount, 2);
      if (type === "EXTERNAL_PURCHASE_TOKEN")
        assert.ok(Object(data.externalPurchaseToken).externalPurchaseId);
      if (type === "RESCIND_CONSENT") assert.ok(Object(data.appData).appTransaction);
    }
  });

  it("of a type that nobody knows are made too", async () => {
    await using parts = await connected();
    const { bench, receiver } = parts;
    await bench.simulator.notifications.send({ environment: "sandbox", bundleId, type: "FUTURE" });
    const { type } = await reader(bench)(signedPayloads(receiver)[0] ?? "");
    assert.equal(type, "FUTURE");
  });

  it("are about the purchase that is asked for, or none is made", async () => {
    await using parts = await connected();
    const { bench, receiver } = parts;
    const wish = { environment: "production", bundleId: "com.example.harborkings", type: "REFUND" } as const;
    await bench.simulator.notifications.send({ ...wish, productId: "com.example.harborkings.gems.2" });
    const { data } = await reader(bench)(signedPayloads(receiver)[0] ?? "");
    assert.equal(Object(data.transaction).productId, "com.example.harborkings.gems.2");
    await assert.rejects(bench.simulator.notifications.send({ ...wish, productId: "nothing" }), RangeError);
    assert.equal(receiver.received.length, 1);
  });

  for (const forged of forgeries) {
    it(`are refused by the relay when they are forged: ${forged}`, async () => {
      await using parts = await connected();
      const { bench, receiver } = parts;
      await bench.simulator.notifications.send({
        environment: "production",
        bundleId,
        type: "REFUND",
        forged,
      });
      await assert.rejects(reader(bench)(signedPayloads(receiver)[0] ?? ""), SignatureFault);
      assert.deepEqual(bench.simulator.world.appStoreServer.production.notifications, []);
    });
  }

  it("go to several at once as copies, or nowhere when they are lost", async () => {
    await using parts = await connected();
    const { bench, receiver } = parts;
    let open = () => {};
    const gate = new Promise<number>((resolve) => {
      open = () => resolve(200);
    });
    receiver.answer = () => gate;
    const wish = { environment: "sandbox", bundleId, type: "DID_RENEW" } as const;
    const sending = bench.simulator.notifications.send({ ...wish, copies: 6 });
    await receiver.got(6);
    open();
    const [sent] = await sending;
    assert.equal(new Set(signedPayloads(receiver)).size, 1);
    assert.equal(sent?.attempts.length, 6);
    const [lost] = await bench.simulator.notifications.send({ ...wish, lost: true });
    assert.deepEqual([receiver.received.length, lost?.attempts[0]?.sendAttemptResult], [6, "NO_RESPONSE"]);
    assert.equal(bench.simulator.world.appStoreServer.sandbox.notifications.length, 2);
  });

  it("are sent again as Apple does it: five times in production, never in the sandbox", async () => {
    const runtime = stillRuntime(Date.now());
    await using parts = await connected({ runtime });
    const { bench, receiver } = parts;
    receiver.answer = () => 500;
    bench.simulator.notifications.configure({ hourMs: 10 });
    await bench.simulator.notifications.send({ environment: "sandbox", bundleId, type: "TEST" });
    await bench.simulator.notifications.send({ environment: "production", bundleId, type: "TEST" });
    await receiver.got(7);
    assert.deepEqual(runtime.slept, [10, 120, 240, 480, 720]);
    const [inSandbox] = bench.simulator.world.appStoreServer.sandbox.notifications;
    assert.equal(inSandbox?.attempts.length, 1);
    assert.equal(inSandbox?.attempts[0]?.sendAttemptResult, "UNSUCCESSFUL_HTTP_RESPONSE_CODE");
  });

  it("are sent again when they are told to, until they have arrived", async () => {
    await using parts = await connected();
    const { bench, receiver } = parts;
    receiver.answer = () => "drop";
    const [sent] = await bench.simulator.notifications.send({
      environment: "production",
      bundleId,
      type: "REFUND",
    });
    assert.equal((await bench.simulator.notifications.retryNow()).length, 1);
    receiver.answer = () => 204;
    assert.equal((await bench.simulator.notifications.retryNow()).length, 1);
    assert.equal((await bench.simulator.notifications.retryNow()).length, 0);
    assert.deepEqual(
      sent?.attempts.map(({ sendAttemptResult }) => sendAttemptResult),
      ["NO_RESPONSE", "NO_RESPONSE", "SUCCESS"],
    );
  });

  it("go to this machine only", async () => {
    await using bench = await startBench();
    for (const url of [
      "http://example.com/",
      "https://127.0.0.1/",
      "http://localhost.example.com/",
      "http://127.0.0.1@example.com/",
      "http://10.0.0.1/",
      "http://[::ffff:10.0.0.1]/",
      "file:///etc/hosts",
      "nothing",
    ])
      assert.throws(() => bench.simulator.notifications.configure({ url }), RangeError, url);
  });
});

describe("Purchases that the control server changes", () => {
  const post = async (bench: TestBench, path: string, body: unknown) => {
    const init = { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(`${bench.simulator.urls.control}/simulator/${path}`, init);
    const json: ReturnType<typeof Object> = await answer.json();
    return { status: answer.status, json };
  };

  it("have a notification sent that says of them what is so", async () => {
    await using parts = await connected({ ports: { control: 0 } });
    const { bench, receiver } = parts;
    const refund = { transactionId: "310000000000104", revocationReason: 0 };
    const refunded = await post(bench, "refunds", refund);
    const gems = await post(bench, "refunds", { transactionId: "310000000001047", revocationReason: 1 });
    const renewed = await post(bench, "renewals", { originalTransactionId: "2000000000010201" });
    for (const { json } of [refunded, gems, renewed]) {
      assert.equal(json.notification.attempts[0].sendAttemptResult, "SUCCESS");
    }
    const events = await Promise.all(signedPayloads(receiver).map(reader(bench)));
    const told = events.map(({ type, subtype, environment, bundleId: app, data }) => {
      const { transactionId, revocationReason, revocationDate, transactionReason } = Object(data.transaction);
      const { autoRenewStatus } = Object(data.renewalInfo);
      return {
        type,
        subtype,
        environment,
        app,
        transactionId,
        revocationReason,
        revoked: revocationDate !== undefined,
        transactionReason,
        status: data.status,
        autoRenewStatus,
      };
    });
    assert.deepEqual(told, [
      {
        type: "REFUND",
        subtype: null,
        environment: "production",
        app: bundleId,
        transactionId: "310000000000104",
        revocationReason: 0,
        revoked: true,
        transactionReason: "RENEWAL",
        status: 5,
        autoRenewStatus: 0,
      },
      {
        type: "REFUND",
        subtype: null,
        environment: "production",
        app: "com.example.harborkings",
        transactionId: "310000000001047",
        revocationReason: 1,
        revoked: true,
        transactionReason: "PURCHASE",
        status: undefined,
        autoRenewStatus: undefined,
      },
      {
        type: "DID_RENEW",
        subtype: null,
        environment: "sandbox",
        app: bundleId,
        transactionId: renewed.json.transactionId,
        revocationReason: undefined,
        revoked: false,
        transactionReason: "RENEWAL",
        status: 1,
        autoRenewStatus: 1,
      },
    ]);
  });

  it("have none sent where nothing changes", async () => {
    await using parts = await connected({ ports: { control: 0 } });
    const { bench, receiver } = parts;
    assert.equal((await post(bench, "refunds", { transactionId: "310000000000502" })).status, 400);
    assert.deepEqual(receiver.received, []);
    assert.deepEqual(bench.simulator.world.appStoreServer.production.notifications, []);
  });
});

describe("The control server", () => {
  it("says where notifications go, sends some, and shows what became of them", async () => {
    await using receiver = await startReceiver();
    await using bench = await startBench({ ports: { control: 0 } });
    const post = async (body: unknown) => {
      const target = `${bench.simulator.urls.control}/simulator/notifications`;
      const response = await fetch(target, { method: "POST", body: JSON.stringify(body) });
      const json: Record<string, unknown> = JSON.parse(await response.text());
      return { status: response.status, json };
    };
    const { status, json } = await post({
      url: `${receiver.url}/in`,
      send: { environment: "sandbox", type: "REFUND", productId: "com.example.stillwater.plus.monthly" },
    });
    assert.equal(status, 200);
    assert.match(JSON.stringify(json), /"type":"REFUND".*"sendAttemptResult":"SUCCESS","status":200/);
    const overview = await fetch(`${bench.simulator.urls.control}/simulator/notifications`);
    assert.match(await overview.text(), /"production":\[\],"sandbox":\[\{"notificationUUID"/);
    for (const wrong of [
      "text",
      { uri: "x" },
      { url: "http://example.com" },
      { hourMs: 0 },
      { send: { forged: "somehow" } },
      { send: { environment: "xcode" } },
      { send: { bundleId: "com.example.nobody" } },
      { send: { count: 1_000_000 } },
    ]) {
      const refused = await post(wrong);
      assert.equal(refused.status, 400, JSON.stringify(wrong));
      assert.equal(typeof refused.json.error, "string");
    }
    assert.equal(receiver.received.length, 1);
  });
});

describe("Test notifications", () => {
  it("arrive, and their status tells so once they have been tried", async () => {
    await using parts = await connected();
    const { bench, receiver } = parts;
    let open = () => {};
    const gate = new Promise<number>((resolve) => {
      open = () => resolve(200);
    });
    receiver.answer = () => gate;
    const token = await bench.tokens.purchase(bundleId);
    const { appStoreServer } = bench.simulator.urls;
    const asked = await get(`${appStoreServer}/inApps/v1/notifications/test`, token, { method: "POST" });
    const { testNotificationToken } = JSON.parse(await asked.text());
    const url = `${appStoreServer}/inApps/v1/notifications/test/${testNotificationToken}`;
    await receiver.got(1);
    assert.match(await (await get(url, token)).text(), /4040008/);
    const [sent] = bench.simulator.world.appStoreServer.production.notifications;
    open();
    // The attempt is noted when its answer was read, which nothing outside can see but the status itself.
    while (sent?.attempts.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const status = await get(url, token);
    const { signedPayload, sendAttempts } = JSON.parse(await status.text());
    assert.equal((await reader(bench)(signedPayload)).type, "TEST");
    assert.equal(sendAttempts[0].sendAttemptResult, "SUCCESS");
    assert.equal("status" in sendAttempts[0], false);
    const other = await bench.tokens.purchase("com.example.harborkings");
    assert.match(await (await get(url, other)).text(), /4040008/);
    const madeUp = `${appStoreServer}/inApps/v1/notifications/test/made-up`;
    assert.match(await (await get(madeUp, token)).text(), /4000020/);
  });

  it("need a URL", async () => {
    await using bench = await startBench();
    const token = await bench.tokens.purchase(bundleId);
    const target = `${bench.simulator.urls.appStoreServerSandbox}/inApps/v1/notifications/test`;
    const response = await send("POST", target, token, undefined);
    assert.match(await response.text(), /4040007/);
    assert.equal(response.status, 404);
  });
});
