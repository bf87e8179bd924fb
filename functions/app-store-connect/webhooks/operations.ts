import * as Type from "typebox";
import { chooseCredential } from "../../choose.ts";
import { invalidInput, RelayError } from "../../errors.ts";
import { appId } from "../../fields.ts";
import { listOperation } from "../../list.ts";
import { lookUp } from "../../look-up.ts";
import { operation } from "../../operation.ts";
import { flag, text, words } from "../../schema.ts";
import type { Scope } from "../../scope.ts";
import { path } from "../../upstream/path.ts";
import { type AppStoreConnect, appStoreConnectKinds, openAppStoreConnect } from "../client.ts";
import { type WebhookMark, webhookUrl } from "./address.ts";
import { eventTypes } from "./event-types.ts";
import { masterKinds, webhookSecret } from "./secret.ts";
import { findWebhook, toWebhook, Webhook, webhookId, webhooksOf } from "./webhook.ts";

const route = "app-store-connect/apps/{appId}/webhooks";
const oneRoute = `${route}/{webhookId}`;

const nameOptions = { minLength: 1, maxLength: 255 } as const;

/** The address and the secret that a webhook of this relay's making is given. */
async function addressAndSecret(scope: Scope, connect: AppStoreConnect, mark: WebhookMark) {
  const { deadline, origin } = scope;
  const master = await chooseCredential(scope, masterKinds, undefined);
  const secret = await webhookSecret(master, mark, deadline.signal);
  // Apple shows no secret again; an error of its own may quote what it was sent.
  connect.credential.hide(secret);
  return { url: webhookUrl(origin, mark), secret };
}

async function deleteUnlessGone(connect: AppStoreConnect, webhookId: string): Promise<void> {
  try {
    await connect.write("DELETE", path`/v1/webhooks/${webhookId}`);
  } catch (error) {
    if (!(error instanceof RelayError) || error.code !== "not_found") throw error;
  }
}

export const listAppStoreConnectWebhooks = listOperation({
  id: "ListAppStoreConnectWebhooks",
  summary: "List webhooks of an app",
  description:
    "Lists the webhooks of an app in App Store Connect, and tells which of them lead to this relay.",
  route,
  credentials: appStoreConnectKinds,
  input: { appId },
  item: Webhook,
  async run({ appId }, scope, wish) {
    const connect = await openAppStoreConnect(scope);
    const page = await connect.page(path`/v1/apps/${appId}/webhooks`, {}, wish);
    return { ...page, value: page.value.map((resource) => toWebhook(resource, scope.origin, appId)) };
  },
});

export const createAppStoreConnectWebhook = operation({
  id: "CreateAppStoreConnectWebhook",
  summary: "Create a webhook of an app",
  description:
    "Has App Store Connect send events of an app to this relay. The secret is made for the webhook and handed to Apple; nobody has to copy it. When the app has this relay's webhook already, that one is answered and nothing is created.",
  method: "POST",
  route,
  credentials: appStoreConnectKinds,
  input: {
    appId,
    eventTypes,
    name: Type.Optional(text("Name", "Name of the webhook in App Store Connect.", nameOptions)),
    enabled: Type.Optional(flag("Enabled", "Whether it sends events at once. Yes when left empty.")),
  },
  output: Type.Object(
    {
      created: flag("Created", "Whether the webhook was created now. Otherwise it was there already."),
      ...Webhook.properties,
    },
    { title: "Created webhook" },
  ),
  async run({ appId, eventTypes, name = "App Store Relay", enabled = true }, scope) {
    const { origin } = scope;
    const connect = await openAppStoreConnect(scope);
    // One that was deleted must not come back with a secret of old, which may no longer count.
    const generation = 1 + (await scope.webhookGenerations.newest(appId));
    const given = await addressAndSecret(scope, connect, { appId, generation });
    const own = async () =>
      (await webhooksOf(connect, origin, appId))
        .filter(({ leadsHere }) => leadsHere)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    const [present] = await own();
    if (present) return { created: false, ...present };
    await connect.write("POST", path`/v1/webhooks`, {
      data: {
        type: "webhooks",
        attributes: { name, eventTypes, enabled, ...given },
        relationships: { app: { data: { type: "apps", id: appId } } },
      },
    });
    const [made, ...copies] = await own();
    // There was none before, so more than one come of calls at the same moment: all of them leave the first.
    for (const { id } of copies) await deleteUnlessGone(connect, id);
    if (made) return { created: true, ...made };
    throw new RelayError("bad_upstream_response", {
      message: "App Store Connect took the webhook, but does not list it.",
      hint: "ListAppStoreConnectWebhooks tells whether it is there by now. Sending the call again creates no second one.",
      source: "app-store-connect",
    });
  },
});

export const updateAppStoreConnectWebhook = operation({
  id: "UpdateAppStoreConnectWebhook",
  summary: "Update a webhook of an app",
  description:
    "Changes what a webhook sends, its name, or whether it sends, and gives it a new secret. What is left empty stays. While the secret changes, the old one and the new one are both accepted.",
  method: "PATCH",
  route: oneRoute,
  credentials: appStoreConnectKinds,
  input: {
    appId,
    webhookId,
    eventTypes: Type.Optional(eventTypes),
    name: Type.Optional(text("Name", "New name of the webhook.", nameOptions)),
    enabled: Type.Optional(flag("Enabled", "Whether it is to send events.")),
    rotateSecret: Type.Optional(
      flag("Rotate secret", "Whether it is to get a new secret. Only for webhooks that this relay made."),
    ),
  },
  output: Webhook,
  async run({ appId, webhookId, rotateSecret = false, ...changes }, scope) {
    if (Object.keys(changes).length === 0 && !rotateSecret) {
      const message = "or another field is required: there is nothing to change otherwise.";
      throw invalidInput([{ field: "eventTypes", message }]);
    }
    const { origin } = scope;
    const connect = await openAppStoreConnect(scope);
    const { generation } = await findWebhook(connect, origin, { appId, webhookId });
    if (rotateSecret && generation === undefined) {
      const message = "is for webhooks that this relay made; this one's secret was chosen elsewhere.";
      throw invalidInput([{ field: "rotateSecret", message }]);
    }
    const next = { appId, generation: (generation ?? 0) + 1 };
    const attributes = { ...changes, ...(rotateSecret && (await addressAndSecret(scope, connect, next))) };
    await connect.write("PATCH", path`/v1/webhooks/${webhookId}`, {
      data: { type: "webhooks", id: webhookId, attributes },
    });
    return toWebhook(await connect.get(path`/v1/webhooks/${webhookId}`), origin, appId);
  },
});

export const deleteAppStoreConnectWebhook = operation({
  id: "DeleteAppStoreConnectWebhook",
  summary: "Delete a webhook of an app",
  description: "Deletes a webhook of an app in App Store Connect. It sends nothing any more.",
  method: "DELETE",
  route: oneRoute,
  credentials: appStoreConnectKinds,
  input: { appId, webhookId },
  output: Type.Object(
    { id: words("Webhook ID", "ID of the webhook that was deleted.") },
    { title: "Deleted webhook" },
  ),
  async run({ appId, webhookId }, scope) {
    const connect = await openAppStoreConnect(scope);
    const { id } = await findWebhook(connect, scope.origin, { appId, webhookId });
    await connect.write("DELETE", path`/v1/webhooks/${webhookId}`);
    return { id };
  },
});

export const pingAppStoreConnectWebhook = operation({
  id: "PingAppStoreConnectWebhook",
  summary: "Ping a webhook of an app",
  description:
    "Has App Store Connect send an event that says nothing else, to try a webhook. It arrives like any other event.",
  method: "POST",
  route: `${oneRoute}/ping`,
  credentials: appStoreConnectKinds,
  input: { appId, webhookId },
  output: Type.Object(
    { id: words("Webhook ID", "ID of the webhook that was pinged.") },
    { title: "Pinged webhook" },
  ),
  async run({ appId, webhookId }, scope) {
    const connect = await openAppStoreConnect(scope);
    const { id } = await findWebhook(connect, scope.origin, { appId, webhookId });
    await connect.write("POST", path`/v1/webhookPings`, {
      data: {
        type: "webhookPings",
        relationships: { webhook: { data: { type: "webhooks", id: webhookId } } },
      },
    });
    return { id };
  },
});

export const lookUpAppStoreConnectWebhooks = lookUp({
  id: "LookUpAppStoreConnectWebhooks",
  summary: "Look up webhooks of an app",
  description: "Fills the dropdown of webhooks.",
  route: "app-store-connect/look-ups/webhooks",
  credentials: appStoreConnectKinds,
  input: { appId },
  async run({ appId }, scope) {
    const all = await webhooksOf(await openAppStoreConnect(scope), scope.origin, appId);
    return all.map(({ id, name = id, leadsHere }) => ({
      id,
      title: leadsHere ? `${name} (leads here)` : name,
    }));
  },
});
