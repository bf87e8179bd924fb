import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { it } from "node:test";
import { startReceiver } from "../support/receiver.ts";
import { startRelay } from "../support/relay.ts";

it("a ping of a webhook that the relay made comes to its address, signed with the secret of its generation", async () => {
  await using receiver = await startReceiver();
  await using relay = await startRelay({ publicOrigin: receiver.url });
  const appId = "1480000001";
  const call = async (operation: string, input: object) => {
    const { status, json, error } = await relay.call(operation, { input: { appId, ...input } });
    assert.equal(status, 200, JSON.stringify(error));
    return Object(json);
  };
  const { id: webhookId } = await call("CreateAppStoreConnectWebhook", {
    eventTypes: ["BUILD_UPLOAD_STATE_UPDATED"],
  });
  const secret = () => relay.simulator.world.appStoreConnect.webhookSecrets.get(webhookId) ?? "";
  const secrets = [secret()];
  await call("PingAppStoreConnectWebhook", { webhookId });
  await receiver.got(1);
  await call("UpdateAppStoreConnectWebhook", { webhookId, rotateSecret: true });
  secrets.push(secret());
  await call("PingAppStoreConnectWebhook", { webhookId });
  const received = await receiver.got(2);
  assert.notEqual(secrets[0], secrets[1]);
  for (const [index, { url, headers, body }] of received.entries()) {
    assert.equal(url, `/api/events/app-store-connect?app=${appId}&generation=${index + 1}`);
    const digest = createHmac("sha256", secrets[index] ?? "")
      .update(body)
      .digest("hex");
    assert.equal(headers["x-apple-signature"], `hmacsha256=${digest}`);
    assert.equal(JSON.parse(body).data.type, "webhookPingCreated");
  }
});
