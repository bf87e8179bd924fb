import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { send, startBench, type TestBench } from "./support.ts";

let bench: TestBench;
let url: string;

before(async () => {
  bench = await startBench();
  url = bench.simulator.urls.appStoreConnect;
});
after(() => bench.simulator.close());

const attributes = {
  name: "Events",
  url: "https://relay.example.com/api/events/app-store-connect",
  secret: "a-secret-that-nobody-sees",
  eventTypes: ["BUILD_UPLOAD_STATE_UPDATED"],
  enabled: true,
};
const creation = (more: object = {}, app = "1480000001") => ({
  data: {
    type: "webhooks",
    attributes: { ...attributes, ...more },
    relationships: { app: { data: { type: "apps", id: app } } },
  },
});
const request = async (method: string, path: string, body?: unknown) => {
  const response = await send(method, url + path, bench.tokens.team, body);
  const text = await response.text();
  assert.ok(!text.includes(attributes.secret));
  return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
};
const create = async () => {
  const { status, json } = await request("POST", "/v1/webhooks", creation());
  assert.equal(status, 201, JSON.stringify(json));
  return String(json.data.id);
};

describe("webhooks", () => {
  test("are created, listed by app, changed and deleted, and never show their secret", async () => {
    const id = await create();
    const { webhookSecrets } = bench.simulator.world.appStoreConnect;
    assert.equal(webhookSecrets.get(id), attributes.secret);
    const { secret: _secret, ...shown } = attributes;
    const listed = await request("GET", "/v1/apps/1480000001/webhooks?include=app&fields%5Bapps%5D=bundleId");
    assert.deepEqual(listed.json.data[0].attributes, shown);
    assert.deepEqual(listed.json.data[0].relationships.app.data, { type: "apps", id: "1480000001" });
    assert.equal((await request("GET", "/v1/apps/1480000002/webhooks")).json.data.length, 0);

    const changes = { enabled: false, secret: "another" };
    const changed = await request("PATCH", `/v1/webhooks/${id}`, {
      data: { type: "webhooks", id, attributes: changes },
    });
    assert.deepEqual(changed.json.data.attributes, { ...shown, enabled: false });
    assert.equal(webhookSecrets.get(id), "another");

    assert.equal((await request("DELETE", `/v1/webhooks/${id}`)).status, 204);
    assert.equal((await request("GET", `/v1/webhooks/${id}`)).status, 404);
    assert.equal(webhookSecrets.has(id), false);
  });

  test("are pinged", async () => {
    const id = await create();
    const ping = (webhook: string) =>
      request("POST", "/v1/webhookPings", {
        data: {
          type: "webhookPings",
          relationships: { webhook: { data: { type: "webhooks", id: webhook } } },
        },
      });
    assert.equal((await ping(id)).status, 201);
    assert.equal((await ping("nobody")).status, 409);
  });

  test("are refused where the body is not as Apple takes it", async () => {
    const statuses = [
      creation({ secret: undefined }),
      creation({ eventTypes: ["PRICE_CHANGED"] }),
      creation({ eventTypes: "BUILD_UPLOAD_STATE_UPDATED" }),
      creation({ colour: "blue" }),
      creation({}, "1480000009"),
      { data: { type: "webhooks", attributes } },
    ].map(async (body) => (await request("POST", "/v1/webhooks", body)).status);
    assert.deepEqual(await Promise.all(statuses), [409, 409, 409, 409, 409, 409]);
  });
});
