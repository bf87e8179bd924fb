import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { watch } from "../support/canary.ts";
import { type Relay, type RelayOptions, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";
import { openInbound, signatureOf, webhookBody } from "./support.ts";

const appId = "1480000002";
const bundleId = "com.example.stillwater";
const eventTypes = ["BUILD_UPLOAD_STATE_UPDATED"];
const hour = 3_600_000;

async function start(options: RelayOptions = {}) {
  const relay = await startRelay({ publicOrigin: "https://relay.example.com", ...options });
  const inbound = openInbound(relay, "app-store-connect");
  let number = 0;
  return {
    relay,
    inbound,
    /** Sends a new event to an address, signed with a secret. */
    async send(query: string, secret: string) {
      number += 1;
      const body = webhookBody({ id: `event ${number}` });
      return inbound.send({ query, body, headers: signatureOf(secret, body) });
    },
    [Symbol.asyncDispose]: () => relay.close(),
  };
}

/** Makes the app's webhook, or rotates its secret. @returns the address's query, and the secret that Apple was given. */
async function webhook(relay: Relay, operation: "Create" | "Update" = "Create", more: object = {}) {
  const input = { appId, ...(operation === "Create" && { eventTypes }), ...more };
  const { status, json, error } = await relay.call(`${operation}AppStoreConnectWebhook`, { input });
  assert.equal(status, 200, JSON.stringify(error));
  const { id, url, generation } = Object(json);
  const secret = relay.simulator.world.appStoreConnect.webhookSecrets.get(id) ?? assert.fail();
  watch("the secret of a webhook", secret);
  return { webhookId: String(id), query: new URL(url).search.slice(1), secret, generation };
}

describe("An event of a webhook that the relay made", () => {
  it("is stored in flat form, with the app that its address names", async () => {
    await using rig = await start();
    const { query, secret } = await webhook(rig.relay);
    const body = webhookBody({ timestamp: new Date().toISOString() });
    const { status, line } = await rig.inbound.send({ query, body, headers: signatureOf(secret, body) });
    assert.equal(status, 200, String(line.fault));
    const { attributes } = JSON.parse(body).data;
    assert.deepEqual(await rig.inbound.stored(), [
      {
        id: "7c813492-9516-4c79-903e-224effdd57ac",
        source: "app-store-connect",
        type: "APP_STORE_VERSION_APP_VERSION_STATE_UPDATED",
        subtype: null,
        environment: null,
        bundleId,
        occurredAt: attributes.timestamp,
        data: {
          ...attributes,
          appId,
          instanceId: "ad7e6298-2570-4ca6-b3cc-f81788e40bdc",
          instanceType: "appStoreVersions",
        },
      },
    ]);
  });

  it("counts while its secret is replaced: the old one for a day after the new one was seen, older ones no more", async () => {
    const runtime = skippingRuntime();
    await using rig = await start({ runtime, simulator: { runtime } });
    const first = await webhook(rig.relay);
    assert.equal((await rig.send(first.query, first.secret)).status, 200);
    const { webhookId } = first;
    const second = await webhook(rig.relay, "Update", { webhookId, rotateSecret: true });
    assert.notEqual(second.secret, first.secret);
    // Nothing was signed with the new one yet, and Apple may know one of address and secret before the other.
    for (const [query, secret] of [
      [first.query, first.secret],
      [second.query, first.secret],
      [first.query, second.secret],
      [second.query, second.secret],
      [first.query, first.secret],
    ] as const) {
      assert.equal((await rig.send(query, secret)).status, 200);
    }
    const third = await webhook(rig.relay, "Update", { webhookId, rotateSecret: true });
    assert.equal((await rig.send(third.query, third.secret)).status, 200);
    assert.equal((await rig.send(second.query, second.secret)).status, 200, "the one before");
    const { status, line } = await rig.send(first.query, first.secret);
    assert.equal(status, 401);
    assert.match(String(line.fault), /was replaced/);
    runtime.advance(25 * hour);
    assert.equal((await rig.send(second.query, second.secret)).status, 401, "after a day");
    assert.equal((await rig.send(third.query, third.secret)).status, 200);
  });

  it("of a webhook that was deleted and made anew has a secret that counts", async () => {
    await using rig = await start();
    const first = await webhook(rig.relay);
    const { webhookId } = first;
    const second = await webhook(rig.relay, "Update", { webhookId, rotateSecret: true });
    assert.equal((await rig.send(second.query, second.secret)).status, 200);
    assert.equal(
      (await rig.relay.call("DeleteAppStoreConnectWebhook", { input: { appId, webhookId } })).status,
      200,
    );
    const again = await webhook(rig.relay);
    assert.equal(again.generation, 3);
    assert.equal((await rig.send(again.query, again.secret)).status, 200);
  });

  it("counts with either of two masters while one takes the other's place", async () => {
    await using rig = await start();
    const old = await webhook(rig.relay);
    const tags = { kind: "app-store-connect-webhook-master", default: "true" };
    await rig.relay.writeSecret("next-master", {
      value: "n".repeat(43),
      tags,
      enabled: true,
      expiresOn: null,
    });
    const next = openInbound(rig.relay, "app-store-connect");
    const body = webhookBody();
    const { status } = await next.send({ query: old.query, body, headers: signatureOf(old.secret, body) });
    assert.equal(status, 200);
  });

  it("is none of another app's, and of no address that the relay does not give", async () => {
    await using rig = await start();
    const { query, secret } = await webhook(rig.relay);
    for (const other of [
      query.replace(appId, "1480000001"),
      query.replace("generation=1", "generation=3"),
      query.replace("generation=1", "generation=0"),
      `${query}&more=1`,
      "app=x&generation=1",
      "",
    ]) {
      const { status } = await rig.send(other, secret);
      assert.equal(status, other === "" ? 503 : 401, other);
    }
    assert.deepEqual(await rig.inbound.stored(), []);
  });
});

describe("An event of a webhook made by hand", () => {
  const tags = { kind: "app-store-connect-webhook" };
  const credential = (value: string) => ({ value, tags, enabled: true, expiresOn: null });

  it("counts with any of the secrets that the vault holds, and without one waits", async () => {
    await using rig = await start();
    assert.equal((await rig.send("", "a secret typed by hand")).status, 503);
    await rig.relay.writeSecret("by-hand", credential("a secret typed by hand"));
    await rig.relay.writeSecret("by-hand-too", credential("another secret typed by hand"));
    const { send, stored } = openInbound(rig.relay, "app-store-connect");
    const body = webhookBody({ type: "A_TYPE.of tomorrow" });
    for (const secret of ["a secret typed by hand", "another secret typed by hand"]) {
      assert.equal((await send({ body, headers: signatureOf(secret, body) })).status, 200);
    }
    assert.equal((await send({ body, headers: signatureOf("a third", body) })).status, 401);
    assert.deepEqual(
      (await stored()).map(({ type, bundleId }) => [type, bundleId]),
      [["A_TYPE.of tomorrow", null]],
    );
  });

  it("is told by all of it where it has no ID, and read where relationships stand beside its data", async () => {
    await using rig = await start();
    await rig.relay.writeSecret("by-hand", credential("a secret typed by hand"));
    const relationships = {
      instance: { data: { type: "builds", id: "b1" } },
      // As Apple's samples of background assets have it.
      asset: { type: "backgroundAssets", id: "a1" },
      many: { data: [] },
      none: null,
    };
    const texts = ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"].map((timestamp) =>
      JSON.stringify({ data: { type: "buildUploadStateUpdated", attributes: { timestamp } }, relationships }),
    );
    for (const body of [...texts, ...texts]) {
      const { status } = await rig.inbound.send({
        body,
        headers: signatureOf("a secret typed by hand", body),
      });
      assert.equal(status, 200);
    }
    const stored = await rig.inbound.stored();
    assert.equal(stored.length, 2);
    assert.ok(stored.every(({ id, data }) => /^[0-9a-f]{64}$/.test(id) && data.instanceId === "b1"));
    assert.ok(stored.every(({ data }) => data.assetId === "a1" && data.assetType === "backgroundAssets"));
  });

  it("that is none is refused", async () => {
    await using rig = await start();
    await rig.relay.writeSecret("by-hand", credential("a secret typed by hand"));
    for (const body of ["", "x", "[]", "{}", '{"data":[]}', '{"data":{"id":"1"}}', '{"data":{"type":""}}']) {
      const headers = signatureOf("a secret typed by hand", body);
      assert.equal((await rig.inbound.send({ body, headers })).status, 400, body);
    }
  });
});
