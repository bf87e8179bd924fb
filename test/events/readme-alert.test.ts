import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { subscribeToAppStoreNotifications } from "../../functions/events/operations/subscribe.ts";
import { startRelay } from "../support/relay.ts";

const readme = readFileSync(path.resolve(import.meta.dirname, "../../README.md"), "utf8");
const [, text = ""] = /## Refund alert to Teams[\s\S]*?```json\n([\s\S]*?)```/.exec(readme) ?? [];

it("the refund alert of the README subscribes as the trigger does, and reads fields that are there", async () => {
  const flow = JSON.parse(text);
  const { inputs, type } = flow.triggers.When_an_App_Store_notification_arrives;
  assert.equal(type, "ApiConnectionWebhook");
  assert.equal(inputs.path, `/api/${subscribeToAppStoreNotifications.route}`);
  assert.equal(inputs.body.notificationUrl, "@{listCallbackUrl()}");
  await using relay = await startRelay();
  const notificationUrl = "https://prod-00.westeurope.logic.azure.com/workflows/x";
  const body = { ...inputs.body, notificationUrl };
  const answer = await relay.call("SubscribeToAppStoreNotifications", { body });
  assert.equal(answer.status, 201, answer.text);

  const content = subscribeToAppStoreNotifications.trigger?.content ?? assert.fail("It is a trigger.");
  const used = [...text.matchAll(/triggerBody\(\)((?:\?\['\w+'\])+)/g)].map(([, members = ""]) => members);
  assert.ok(used.length >= 5);
  for (const members of used) {
    let schema = Object(content);
    for (const [, name = ""] of members.matchAll(/'(\w+)'/g)) {
      assert.ok(schema.properties?.[name], `${members}: there is no ${name}.`);
      schema = schema.properties[name];
    }
  }
});
