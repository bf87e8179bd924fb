import type { Static } from "typebox";
import * as Type from "typebox";
import { conform } from "../../conform.ts";
import { RelayError } from "../../errors.ts";
import { flag, integer, list, text, words } from "../../schema.ts";
import { path } from "../../upstream/path.ts";
import type { AppStoreConnect } from "../client.ts";
import type { FlatResource } from "../flatten.ts";
import { generationOf } from "./address.ts";

/** Source of names: Apple's OpenAPI file, schema `Webhook`. */
export const Webhook = Type.Object(
  {
    id: words("Webhook ID", "ID of the webhook."),
    name: Type.Optional(words("Name", "Name of the webhook.")),
    url: Type.Optional(words("URL", "Where it sends events.")),
    eventTypes: Type.Optional(
      list(
        "Event types",
        "What it sends.",
        words("Event type", "Type of event, such as BUILD_UPLOAD_STATE_UPDATED."),
      ),
    ),
    enabled: Type.Optional(flag("Enabled", "Whether it sends events at present.")),
    leadsHere: flag("Leads here", "Whether this relay made it and receives what it sends."),
    generation: Type.Optional(
      integer("Generation", "Which secret of the app's it has: 1, and one more each time it was rotated."),
    ),
  },
  { title: "Webhook" },
);

type Webhook = Static<typeof Webhook>;

/** ID of a webhook, with a dropdown of the app's. */
export const webhookId = text("Webhook", "ID of the webhook.", {
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
  form: "the ID of a webhook: letters, digits, hyphens, underscores and full stops",
  visibility: "important",
  options: {
    operationId: "LookUpAppStoreConnectWebhooks",
    parameters: { appId: "appId", credential: "credential" },
  },
});

/** A webhook of an app as callers see it. @param origin this relay's own. */
export function toWebhook(resource: FlatResource, origin: string, appId: string): Webhook {
  const url = typeof resource.url === "string" ? resource.url : undefined;
  const generation = generationOf(url, origin, appId);
  return conform(Webhook, {
    ...resource,
    leadsHere: generation !== undefined,
    generation,
  });
}

/** Every webhook of an app. */
export async function webhooksOf(
  connect: AppStoreConnect,
  origin: string,
  appId: string,
): Promise<readonly Webhook[]> {
  const all = await connect.all(path`/v1/apps/${appId}/webhooks`);
  return all.map((resource) => toWebhook(resource, origin, appId));
}

/** One webhook of an app. @throws RelayError `not_found`, also for another app's. */
export async function findWebhook(
  connect: AppStoreConnect,
  origin: string,
  { appId, webhookId }: { appId: string; webhookId: string },
): Promise<Webhook> {
  const webhook = (await webhooksOf(connect, origin, appId)).find(({ id }) => id === webhookId);
  if (webhook) return webhook;
  throw new RelayError("not_found", {
    message: "The app has no webhook with this ID.",
    hint: "ListAppStoreConnectWebhooks lists those that it has.",
    source: "app-store-connect",
  });
}
