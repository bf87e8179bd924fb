import { readBody, readChoice, readCount, readObject, readText } from "../core/control-body.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Resource } from "../world/resources.ts";
import type { World } from "../world/world.ts";
import { pingType } from "./payload.ts";
import type { WebhookSender, WebhookWish } from "./sender.ts";
import { webhookForgeries } from "./sign.ts";

/** More than any burst of a test. */
const maxCount = 1_000;

/** What the control server takes at `/simulator/webhooks`; every member may be left out. */
const members = [
  "appId",
  "webhookId",
  "type",
  "attributes",
  "count",
  "copies",
  "lost",
  "forged",
  "retry",
] as const;

function readWish(body: JsonObject): WebhookWish {
  const appId = readText(body, "appId");
  const webhookId = readText(body, "webhookId");
  const attributes = readObject(body, "attributes");
  const count = readCount(body, "count", maxCount);
  const copies = readCount(body, "copies", maxCount);
  const forged = readChoice(body, "forged", webhookForgeries);
  return {
    type: readText(body, "type") ?? pingType,
    lost: body.lost === true,
    ...(appId !== undefined && { appId }),
    ...(webhookId !== undefined && { webhookId }),
    ...(attributes && { attributes }),
    ...(count !== undefined && { count }),
    ...(copies !== undefined && { copies }),
    ...(forged && { forged }),
  };
}

function shown({ id, attributes, relationships: { webhook = "", event = "" } }: Resource): Json {
  const { request, response, deliveryState, errorMessage = null, redelivery, sentDate = null } = attributes;
  return {
    id,
    webhookId: String(webhook),
    eventId: String(event),
    url: isJsonObject(request) ? request.url : null,
    sentDate,
    redelivery,
    deliveryState,
    status: isJsonObject(response) ? response.httpStatusCode : null,
    errorMessage,
  };
}

/** Every delivery, oldest first. */
export function webhookOverview({ appStoreConnect: { resources } }: World): Json {
  return { value: resources.all("webhookDeliveries").map(shown) };
}

/**
 * Does what a body posted to the control server says: `retry` sends again what has not arrived, anything else sends an
 * event, a ping where no type is named.
 *
 * @throws RangeError with a sentence on what is wrong.
 */
export async function controlWebhooks(body: Json | undefined, sender: WebhookSender): Promise<Json> {
  const wish = readBody(body, members);
  const sent = wish.retry === true ? await sender.retryNow() : await sender.send(readWish(wish));
  return { sent: sent.map(shown) };
}
