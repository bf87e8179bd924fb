import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeDemoKeys } from "../../local/simulator/index.ts";
import { type Relay, startRelay } from "../support/relay.ts";

const publicOrigin = "https://relay.example.com";
const appId = "1480000001";
const eventTypes = ["BUILD_UPLOAD_STATE_UPDATED", "BETA_FEEDBACK_CRASH_SUBMISSION_CREATED"];
const urlOf = (generation: number) =>
  `${publicOrigin}/api/events/app-store-connect?app=${appId}&generation=${generation}`;

async function answered(relay: Relay, operation: string, input: object): Promise<Record<string, unknown>> {
  const { status, json, error } = await relay.call(operation, { input: { appId, ...input } });
  assert.equal(status, 200, JSON.stringify(error));
  return Object(json);
}
const create = (relay: Relay, input: object = {}) =>
  answered(relay, "CreateAppStoreConnectWebhook", { eventTypes, ...input });
const secretOf = (relay: Relay, id: unknown) =>
  relay.simulator.world.appStoreConnect.webhookSecrets.get(String(id));
const writes = ({ simulator }: Relay) => simulator.requests.filter(({ method }) => method !== "GET").length;

describe("A webhook of App Store Connect", () => {
  it("is created with an address of ours and a secret that no answer holds", async () => {
    await using relay = await startRelay({ publicOrigin });
    const { id, ...made } = await create(relay);
    assert.deepEqual(made, {
      created: true,
      name: "App Store Relay",
      url: urlOf(1),
      eventTypes,
      enabled: true,
      leadsHere: true,
      generation: 1,
    });
    const secret = secretOf(relay, id) ?? "";
    assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
    assert.ok(!JSON.stringify(made).includes(secret) && !relay.log.join().includes(secret));
  });

  it("is created once for an app, however often it is asked for", async () => {
    await using relay = await startRelay({ publicOrigin });
    const first = await create(relay);
    const again = await create(relay, { eventTypes: ["BUILD_UPLOAD_STATE_UPDATED"], name: "Other" });
    assert.deepEqual(again, { ...first, created: false });
    assert.equal(writes(relay), 1);
    const { appId: _app, ...other } = await create(relay, { appId: "1480000002" });
    assert.equal(other.created, true);
    assert.notEqual(secretOf(relay, other.id), secretOf(relay, first.id));
  });

  it("is one in the end, also where several calls create it at the same moment", async () => {
    await using relay = await startRelay({ publicOrigin });
    const made = await Promise.all(Array.from({ length: 6 }, () => create(relay)));
    const { value } = await answered(relay, "ListAppStoreConnectWebhooks", {});
    assert.ok(Array.isArray(value));
    assert.equal(value.length, 1);
    assert.ok(made.some(({ id }) => id === value[0].id));
  });

  it("is created beside one that leads elsewhere, or to another app's address", async () => {
    await using relay = await startRelay({ publicOrigin });
    const { resources } = relay.simulator.world.appStoreConnect;
    const others = [
      "https://elsewhere.example.com/api/events/app-store-connect?app=1480000001&generation=1",
      `${publicOrigin}/api/events/app-store-connect`,
      urlOf(1).replace(appId, "1480000002"),
      `${urlOf(1)}&more=1`,
      `${urlOf(1)}#x`,
      urlOf(1).replace("https://", "https://user@"),
      "not an address",
    ];
    for (const [index, url] of others.entries()) {
      const attributes = { name: "Other", url, enabled: true, eventTypes };
      resources.put({ type: "webhooks", id: `other-${index}`, attributes, relationships: { app: appId } });
    }
    assert.equal((await create(relay)).created, true);
    const { value } = await answered(relay, "ListAppStoreConnectWebhooks", {});
    assert.ok(Array.isArray(value));
    assert.deepEqual(
      value.map(({ leadsHere }) => leadsHere),
      [...others.map(() => false), true],
    );
    const { status, error } = await relay.call("UpdateAppStoreConnectWebhook", {
      input: { appId, webhookId: "other-0", rotateSecret: true },
    });
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "rotateSecret"]);
  });

  it("is changed in what is said, and keeps the rest", async () => {
    await using relay = await startRelay({ publicOrigin });
    const { created: _created, ...made } = await create(relay);
    const webhookId = made.id;
    const changed = await answered(relay, "UpdateAppStoreConnectWebhook", { webhookId, enabled: false });
    assert.deepEqual(changed, { ...made, enabled: false });
    const nothing = await relay.call("UpdateAppStoreConnectWebhook", { input: { appId, webhookId } });
    assert.deepEqual([nothing.status, nothing.error?.code], [400, "invalid_input"]);
  });

  it("gets another secret and the next generation's address, in one write", async () => {
    await using relay = await startRelay({ publicOrigin });
    const { id, created: _created, ...made } = await create(relay);
    const before = secretOf(relay, id);
    for (const generation of [2, 3]) {
      const input = { webhookId: id, rotateSecret: true };
      const rotated = await answered(relay, "UpdateAppStoreConnectWebhook", input);
      assert.deepEqual(rotated, { ...made, id, url: urlOf(generation), generation });
    }
    assert.equal(writes(relay), 3);
    assert.notEqual(secretOf(relay, id), before);
  });

  it("is pinged and deleted, and another app's is not found", async () => {
    await using relay = await startRelay({ publicOrigin });
    const { id: webhookId } = await create(relay);
    for (const operation of ["PingAppStoreConnectWebhook", "DeleteAppStoreConnectWebhook"]) {
      const input = { appId: "1480000002", webhookId };
      const { status, error } = await relay.call(operation, { input });
      assert.deepEqual([status, error?.code], [404, "not_found"]);
      assert.deepEqual(await answered(relay, operation, { webhookId }), { id: webhookId });
    }
    assert.equal(relay.simulator.world.appStoreConnect.resources.all("webhookPings").length, 1);
    assert.deepEqual(relay.simulator.world.appStoreConnect.resources.all("webhooks"), []);
  });

  it("needs the secret that the others are derived from, and says so before Apple is asked", async () => {
    const demo = makeDemoKeys();
    const { "demo-webhook-master": _master, ...vault } = demo.vault;
    await using relay = await startRelay({ demo: { ...demo, vault } });
    const { status, error } = await relay.call("CreateAppStoreConnectWebhook", {
      input: { appId, eventTypes },
    });
    assert.deepEqual([status, error?.code], [400, "credential_required"]);
    assert.match(error?.message ?? "", /app-store-connect-webhook-master/);
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("passes types on that Apple may add", async () => {
    await using relay = await startRelay({ publicOrigin });
    const { status, error } = await relay.call("CreateAppStoreConnectWebhook", {
      input: { appId, eventTypes: ["PRICE_CHANGED"] },
    });
    assert.deepEqual([status, error?.code, error?.upstream?.status], [409, "rejected", 409]);
  });
});
