import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import { contentOf } from "../../functions/events/content.ts";
import type { SendWish } from "../../local/simulator/index.ts";
import { type Relay, startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";
const day = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

async function made(relay: Relay, ...wishes: Partial<SendWish>[]): Promise<void> {
  for (const wish of wishes) {
    await relay.simulator.notifications.send({
      environment: "production",
      bundleId,
      type: "DID_RENEW",
      at: Date.now() - 1_000,
      lost: true,
      ...wish,
    });
  }
}

const list = async (relay: Relay, more: Record<string, unknown> = {}) => {
  const input = { bundleId, environment: "Production", startDate: ago(day), ...more };
  const { status, json, error } = await relay.call("ListNotificationHistory", { input });
  const { value = [], environment, nextLink } = Object(json);
  return { status, error, environment, value, nextLink };
};

describe("ListNotificationHistory", () => {
  it("answers verified notifications in the form in which flows receive them", async () => {
    await using relay = await startRelay();
    await made(relay, { type: "REFUND", transactionId: "300000000002001" });
    const { environment, value } = await list(relay);
    assert.equal(environment, "Production");
    const [{ data, sendAttempts, id, occurredAt, signedPayload, ...facts }] = value;
    assert.deepEqual(facts, {
      source: "app-store-server",
      type: "REFUND",
      subtype: null,
      environment: "production",
      bundleId,
      arrived: false,
    });
    const [sent] = relay.simulator.world.appStoreServer.production.notifications;
    assert.deepEqual(
      [id, occurredAt],
      [sent?.notificationUUID, new Date(sent?.signedDate ?? 0).toISOString()],
    );
    assert.deepEqual(
      [data.transaction.price, data.renewalInfo.autoRenewStatusText, data.statusText, data.hasAccess],
      ["4.990", "Off", "Revoked", false],
    );
    assert.doesNotMatch(JSON.stringify(data), /signed(Transaction|Renewal)Info/);
    assert.equal(signedPayload, sent?.signedPayload);
    assert.equal(sendAttempts[0].sendAttemptResultText, "The server did not answer.");
  });

  it("declares what a notification says as the trigger does, so that no flow has to parse it", () => {
    const operation = catalogue.find(({ id }) => id === "ListNotificationHistory");
    assert.ok(operation && operation.kind !== "raw");
    const { data } = Object(operation.output).properties.value.items.properties;
    assert.equal(data, contentOf["app-store-server"].properties.data);
    assert.deepEqual(Object.keys(Object(data).properties), [
      "transaction",
      "renewalInfo",
      "status",
      "statusText",
      "hasAccess",
    ]);
  });

  it("takes every filter, and asks Apple with times in milliseconds", async () => {
    await using relay = await startRelay();
    await made(
      relay,
      { type: "EXPIRED", subtype: "VOLUNTARY" },
      { type: "EXPIRED", subtype: "BILLING_RETRY" },
      { type: "REFUND", transactionId: "300000000002001" },
      { environment: "sandbox", type: "REFUND" },
    );
    const types = async (more: Record<string, unknown>) =>
      (await list(relay, more)).value.map(({ type, subtype }: Record<string, unknown>) => subtype ?? type);
    assert.deepEqual(await types({ notificationType: "EXPIRED", notificationSubtype: "VOLUNTARY" }), [
      "VOLUNTARY",
    ]);
    assert.deepEqual(await types({ transactionId: "300000000002001" }), ["REFUND"]);
    assert.equal((await types({ onlyFailures: true })).length, 3);
    assert.deepEqual(await types({ environment: "Sandbox" }), ["REFUND"]);
    assert.deepEqual(await types({ endDate: ago(3_600_000) }), []);
    const body = JSON.parse(relay.simulator.requests.at(-1)?.body.toString() ?? "");
    assert.deepEqual([typeof body.startDate, typeof body.endDate], ["number", "number"]);
  });

  it("asks with the very same body on every page, though none said when it ends", async () => {
    await using relay = await startRelay();
    await made(relay, { count: 45 });
    const { nextLink } = await list(relay, { limit: 30 });
    const query = new URL(nextLink).search.slice(1);
    const { json } = await relay.call("ListNotificationHistory", { query });
    assert.equal(Object(json).value.length, 15);
    const bodies = relay.simulator.requests.map(({ body }) => body.toString());
    assert.deepEqual([new Set(bodies).size, bodies.length], [1, 4]);
  });

  it("says what of the input does not go together, and asks nobody", async () => {
    await using relay = await startRelay();
    const wrong: [Record<string, unknown>, string][] = [
      [{ startDate: ago(-day) }, "startDate"],
      [{ startDate: ago(0), endDate: ago(day) }, "startDate"],
      [{ notificationSubtype: "VOLUNTARY" }, "notificationType"],
      [{ notificationType: "REFUND", transactionId: "1" }, "transactionId"],
      [{ notificationType: "refund" }, "notificationType"],
      [{ environment: "Auto" }, "environment"],
    ];
    for (const [input, field] of wrong) {
      const { status, error } = await list(relay, input);
      assert.deepEqual([status, error?.details?.map((detail) => detail.field)], [400, [field]]);
    }
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("passes on what Apple refuses, with what to do about it", async () => {
    await using relay = await startRelay();
    const { status, error } = await list(relay, { startDate: ago(200 * day) });
    assert.deepEqual([status, error?.code, error?.upstream?.code], [422, "rejected", "4000012"]);
    assert.match(error?.hint ?? "", /180 days/);
  });

  it("is asked again after a passing fault, for it changes nothing", async () => {
    await using relay = await startRelay();
    await made(relay, {});
    relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "status", status: 503 } });
    assert.equal((await list(relay)).value.length, 1);
  });

  it("is refused whole where something in it does not verify", async () => {
    await using relay = await startRelay();
    await made(relay, {}, {});
    const [, second] = relay.simulator.world.appStoreServer.production.notifications;
    assert.ok(second);
    second.signedPayload = second.signedPayload.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    const { status, error } = await list(relay);
    assert.deepEqual(
      [status, error?.code, error?.source],
      [502, "bad_upstream_response", "app-store-server"],
    );
  });

  it("says where the credential lacks what tells production's apps apart", async () => {
    await using relay = await startRelay();
    await made(relay, {});
    const secret = relay.demo.vault["demo-in-app-purchase"] ?? assert.fail();
    const { "app-apple-ids": _ids, ...tags } = secret.tags;
    await relay.writeSecret("demo-in-app-purchase", { ...secret, tags });
    const { status, error } = await list(relay);
    assert.equal(status, 502);
    assert.match(error?.message ?? "", /app-apple-ids/);
  });

  for (const [what, body] of Object.entries({
    "a history that is no list": { notificationHistory: {}, hasMore: false },
    "more without saying where": { notificationHistory: [], hasMore: true },
    "a notification without a payload": { notificationHistory: [{}], hasMore: false },
    "no object": [],
  })) {
    it(`takes no answer with ${what}`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({
        service: "appStoreServer",
        fault: { kind: "status", status: 200, body },
      });
      const { status, error } = await list(relay);
      assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
    });
  }

  it("does not go round in a circle of empty pages", async () => {
    await using relay = await startRelay();
    const body = { notificationHistory: [], hasMore: true, paginationToken: "again" };
    relay.simulator.faults.add({
      service: "appStoreServer",
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "status", status: 200, body },
    });
    assert.equal((await list(relay)).error?.code, "bad_upstream_response");
    assert.equal(relay.simulator.requests.length, 2);
  });
});
