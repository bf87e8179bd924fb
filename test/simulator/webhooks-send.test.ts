import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { payloadType, pingType, webhookEventTypes } from "../../local/simulator/webhooks/payload.ts";
import { signature, webhookForgeries } from "../../local/simulator/webhooks/sign.ts";
import { type Received, startReceiver } from "../support/receiver.ts";
import { get, send, startBench } from "./support.ts";

const secret = "a-secret-that-nobody-sees";
const app = "1480000001";

/** What a receiver checks, written anew: HMAC-SHA-256 over the bytes that came. */
function believes({ headers, body }: Received): boolean {
  const [, digest] = /^hmacsha256=([0-9a-f]{64})$/.exec(String(headers["x-apple-signature"])) ?? [];
  return digest === createHmac("sha256", secret).update(Buffer.from(body)).digest("hex");
}

/** A simulator with a receiver of the test's own, and what creates webhooks that lead to it. */
async function connected() {
  const bench = await startBench({ ports: { control: 0 } });
  const receiver = await startReceiver();
  const origin = bench.simulator.urls.appStoreConnect;
  const call = async (method: string, path: string, body?: unknown) => {
    const { team } = bench.tokens;
    const answer = await (method === "GET"
      ? get(origin + path, team)
      : send(method, origin + path, team, body));
    const text = await answer.text();
    return { status: answer.status, json: text === "" ? undefined : JSON.parse(text) };
  };
  return {
    bench,
    receiver,
    call,
    async create(attributes: object = {}, appId = app): Promise<string> {
      const { status, json } = await call("POST", "/v1/webhooks", {
        data: {
          type: "webhooks",
          attributes: {
            name: "Events",
            url: `${receiver.url}/in?app=${appId}&generation=1`,
            secret,
            eventTypes: ["BUILD_UPLOAD_STATE_UPDATED"],
            enabled: true,
            ...attributes,
          },
          relationships: { app: { data: { type: "apps", id: appId } } },
        },
      });
      assert.equal(status, 201, JSON.stringify(json));
      return String(json.data.id);
    },
    async control(body: unknown): Promise<{ status: number; json: ReturnType<typeof Object> }> {
      const url = `${bench.simulator.urls.control}/simulator/webhooks`;
      const answer = await fetch(
        url,
        body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
      );
      return { status: answer.status, json: await answer.json() };
    },
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

const link = (type: string, name: string, toType: string, id: string) => ({
  data: { type, relationships: { [name]: { data: { type: toType, id } } } },
});

describe("webhooks that send", () => {
  test("sign as in Apple's example", () => {
    assert.equal(
      signature("Hello, World!", "This is my secret"),
      "hmacsha256=7f062172b01cb00b53ca068614674a3d982a34062a0f5d37687d5e3377e54657",
    );
  });

  test("send the event of a ping, signed, to their own address, also when they are switched off", async () => {
    await using parts = await connected();
    const id = await parts.create({ enabled: false });
    const ping = await parts.call(
      "POST",
      "/v1/webhookPings",
      link("webhookPings", "webhook", "webhooks", id),
    );
    assert.equal(ping.status, 201);
    const [received] = await parts.receiver.got(1);
    assert.ok(received && believes(received));
    assert.equal(received.method, "POST");
    assert.equal(received.url, `/in?app=${app}&generation=1`);
    assert.equal(received.headers["content-type"], "application/json");
    const { data } = JSON.parse(received.body);
    assert.deepEqual([data.type, data.version], ["webhookPingCreated", 1]);
    assert.ok(Date.parse(data.attributes.timestamp));
  });

  test("send every type of event under its name, those of Apple's odd samples too", async () => {
    await using parts = await connected();
    await parts.create({ eventTypes: webhookEventTypes });
    for (const type of [...webhookEventTypes, "SOMETHING_NEW_CREATED"]) {
      const { status, json } = await parts.control({ type });
      assert.deepEqual([status, json.sent[0].deliveryState], [200, "SUCCEEDED"]);
      const received = parts.receiver.received.at(-1);
      assert.ok(received && believes(received), type);
      const { data } = JSON.parse(received.body);
      assert.equal(data.type, payloadType(type));
      assert.equal(data.id, json.sent[0].eventId);
      if (type === "APP_STORE_VERSION_APP_VERSION_STATE_UPDATED") {
        assert.equal(data.type, "appStoreVersionAppVersionStateUpdated");
        assert.equal(data.relationships.instance.data.type, "appStoreVersions");
      }
      if (type === "BACKGROUND_ASSET_VERSION_STATE_UPDATED") {
        assert.equal(data.version, undefined);
        assert.equal(data.relationships.instance.type, "backgroundAssetVersions");
      }
      if (type === "ALTERNATIVE_DISTRIBUTION_PACKAGE_AVAILABLE_UPDATED")
        assert.equal(data.attributes.appId, app);
    }
    assert.equal(new Set(parts.receiver.received.map(({ body }) => JSON.parse(body).data.id)).size, 13);
  });

  test("send what they ask for, when they are enabled, with the attributes that were wished for", async () => {
    await using parts = await connected();
    const [asks, other] = [await parts.create(), await parts.create({}, "1480000002")];
    await parts.create({ enabled: false });
    await parts.create({ eventTypes: ["BETA_FEEDBACK_CRASH_SUBMISSION_CREATED"] });
    const wish = { type: "BUILD_UPLOAD_STATE_UPDATED", attributes: { newState: "FAILED" } };
    const { json } = await parts.control({ ...wish, appId: app });
    assert.deepEqual(
      json.sent.map(({ webhookId }: { webhookId: string }) => webhookId),
      [asks],
    );
    assert.equal(JSON.parse(parts.receiver.received[0]?.body ?? "").data.attributes.newState, "FAILED");
    assert.equal((await parts.control({ ...wish, webhookId: other })).json.sent[0].webhookId, other);
    assert.equal((await parts.control(wish)).json.sent.length, 2);
    const none = await parts.control({ type: "BACKGROUND_ASSET_VERSION_STATE_UPDATED", appId: app });
    assert.equal(none.status, 400);
    assert.match(none.json.error, /No webhook of the app 1480000001 that is enabled asks for BACKGROUND_/);
  });

  test("sign with their secret of today, and send to their address of today", async () => {
    await using parts = await connected();
    const id = await parts.create({ secret: "the-one-before" });
    await parts.control({ webhookId: id });
    const attributes = { secret, url: `${parts.receiver.url}/in?app=${app}&generation=2` };
    await parts.call("PATCH", `/v1/webhooks/${id}`, { data: { type: "webhooks", id, attributes } });
    await parts.control({ webhookId: id });
    assert.deepEqual(parts.receiver.received.map(believes), [false, true]);
    assert.match(parts.receiver.received[1]?.url ?? "", /generation=2$/);
  });

  for (const forged of webhookForgeries) {
    test(`can be forged, so that the signature does not fit: ${forged}`, async () => {
      await using parts = await connected();
      await parts.create();
      parts.receiver.answer = (received) => (believes(received) ? 200 : 401);
      const { json } = await parts.control({ type: "BUILD_UPLOAD_STATE_UPDATED", forged });
      assert.deepEqual([json.sent[0].deliveryState, json.sent[0].status], ["FAILED", 401]);
      const { resources } = parts.bench.simulator.world.appStoreConnect;
      assert.deepEqual([resources.all("webhookEvents"), resources.all("webhookDeliveries")], [[], []]);
      assert.deepEqual((await parts.control({ retry: true })).json.sent, []);
    });
  }

  test("send copies at the same time, each of the same event", async () => {
    await using parts = await connected();
    await parts.create();
    let open = () => {};
    const gate = new Promise<number>((resolve) => {
      open = () => resolve(200);
    });
    parts.receiver.answer = () => gate;
    const sending = parts.control({ type: "BUILD_UPLOAD_STATE_UPDATED", copies: 6 });
    await parts.receiver.got(6);
    const pending = await parts.control(undefined);
    open();
    assert.deepEqual(
      new Set(pending.json.value.map((one: { deliveryState: string }) => one.deliveryState)),
      new Set(["PENDING"]),
    );
    assert.equal((await sending).json.sent.length, 6);
    assert.equal(new Set(parts.receiver.received.map(({ body }) => body)).size, 1);
  });

  test("keep what did not arrive, and send it again when they are told to", async () => {
    await using parts = await connected();
    const id = await parts.create();
    const wish = { type: "BUILD_UPLOAD_STATE_UPDATED", webhookId: id };
    parts.receiver.answer = () => 503;
    const failed = await parts.control(wish);
    parts.receiver.answer = () => "drop";
    const dropped = await parts.control(wish);
    const lost = await parts.control({ ...wish, lost: true });
    assert.deepEqual(
      [failed, dropped, lost].map(({ json }) => json.sent[0].errorMessage),
      [
        "The webhook answered 503.",
        "The connection was closed before an answer.",
        "There was no answer in time.",
      ],
    );
    assert.equal(parts.receiver.received.length, 2);
    parts.receiver.answer = () => 200;
    const again = await parts.control({ retry: true });
    assert.deepEqual(
      again.json.sent.map(({ redelivery, deliveryState }: Record<string, unknown>) => [
        redelivery,
        deliveryState,
      ]),
      [
        [true, "SUCCEEDED"],
        [true, "SUCCEEDED"],
        [true, "SUCCEEDED"],
      ],
    );
    assert.deepEqual((await parts.control({ retry: true })).json.sent, []);
    assert.equal((await parts.control(undefined)).json.value.length, 6);
  });

  test("show what they delivered, and deliver it once more, as Apple's API has it", async () => {
    await using parts = await connected();
    const id = await parts.create();
    parts.receiver.answer = () => 500;
    await parts.control({ type: "BUILD_UPLOAD_STATE_UPDATED" });
    await parts.control({ webhookId: id, type: pingType });
    const listed = await parts.call("GET", `/v1/webhooks/${id}/deliveries?include=event&limit=1`);
    assert.equal(listed.json.meta.paging.total, 2);
    const [first] = listed.json.data;
    assert.equal(first.attributes.response.httpStatusCode, 500);
    assert.equal(first.attributes.request.url, `${parts.receiver.url}/in?app=${app}&generation=1`);
    const [event] = listed.json.included;
    assert.deepEqual(
      [event.id, event.attributes.ping, event.attributes.eventType],
      [first.relationships.event.data.id, false, "BUILD_UPLOAD_STATE_UPDATED"],
    );
    assert.equal(event.attributes.payload, parts.receiver.received[0]?.body);

    parts.receiver.answer = () => 200;
    const body = link("webhookDeliveries", "template", "webhookDeliveries", first.id);
    const again = await parts.call("POST", "/v1/webhookDeliveries", body);
    assert.deepEqual([again.status, again.json.data.attributes.redelivery], [201, true]);
    const [one, , third] = await parts.receiver.got(3);
    assert.ok(third && believes(third));
    assert.equal(third.body, one?.body);
    const unknown = link("webhookDeliveries", "template", "webhookDeliveries", "none");
    assert.equal((await parts.call("POST", "/v1/webhookDeliveries", unknown)).status, 409);
    const wrong = await parts.call("GET", `/v1/webhooks/${id}/deliveries?filter%5BdeliveryState%5D=LOST`);
    assert.equal(wrong.status, 400);
  });

  test("send nothing off this machine", async () => {
    await using parts = await connected();
    await parts.create({ url: "https://relay.example.com/api/events/app-store-connect" });
    const { json } = await parts.control({ type: "BUILD_UPLOAD_STATE_UPDATED" });
    assert.equal(json.sent[0].deliveryState, "FAILED");
    assert.match(json.sent[0].errorMessage, /must be an http URL of this machine/);
  });

  test("say what is wrong with a wish", async () => {
    await using parts = await connected();
    for (const [body, reason] of [
      [[], /JSON object/],
      [{ appID: app }, /appID is not known/],
      [{ type: 7 }, /type must be a text/],
      [{ copies: 0 }, /copies must be a whole number from 1/],
      [{ forged: "badly" }, /forged must be one of no-signature/],
      [{ attributes: [] }, /attributes must be an object/],
      [{}, /No webhook that is enabled asks for WEBHOOK_PING_CREATED/],
    ] as const) {
      const { status, json } = await parts.control(body);
      assert.equal(status, 400);
      assert.match(json.error, reason);
    }
  });
});
