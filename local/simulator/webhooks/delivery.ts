import { randomUUID } from "node:crypto";
import type { Delivered } from "../core/deliver.ts";
import type { JsonObject } from "../core/json.ts";
import type { Resource } from "../world/resources.ts";
import { pingType, webhookPayload } from "./payload.ts";

/** What a delivery says where there was no answer. */
export const failures = {
  refused: "The connection was refused.",
  closed: "The connection was closed before an answer.",
  "cut-short": "The answer was cut short.",
  "no-http": "The answer was no HTTP.",
  "timed-out": "There was no answer in time.",
} as const;

/** Attributes of a delivery that failed. */
export function failed(errorMessage: string): JsonObject {
  return { deliveryState: "FAILED", errorMessage };
}

/** Attributes of a delivery that has ended. */
export function outcome(delivered: Delivered): JsonObject {
  if ("failure" in delivered) return failed(failures[delivered.failure]);
  const { status, body } = delivered;
  const response = { httpStatusCode: status, body };
  const taken = status >= 200 && status <= 299;
  return {
    ...(taken ? { deliveryState: "SUCCEEDED" } : failed(`The webhook answered ${status}.`)),
    response,
  };
}

/** An event that a webhook is to send, with the very body. */
export function newEvent(
  webhook: Resource,
  { type, attributes }: { type: string; attributes?: JsonObject },
  now: string,
): Resource {
  const id = randomUUID();
  const appId = String(webhook.relationships.app);
  const facts = { id, appId, instanceId: randomUUID(), at: now, ...(attributes && { attributes }) };
  const payload = JSON.stringify(webhookPayload(type, facts));
  const ping = type === pingType;
  return {
    type: "webhookEvents",
    id,
    attributes: { ...(!ping && { eventType: type }), ping, createdDate: now, payload },
    relationships: {},
  };
}

/** A delivery that is under way. */
export function newDelivery(webhook: Resource, event: Resource, redelivery: boolean, now: string): Resource {
  const request = { url: webhook.attributes.url ?? null };
  return {
    type: "webhookDeliveries",
    id: randomUUID(),
    attributes: { createdDate: now, deliveryState: "PENDING", redelivery, request },
    relationships: { webhook: webhook.id, event: event.id },
  };
}
