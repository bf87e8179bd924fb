import { isObject } from "../json.ts";
import type { VerifiedEvent } from "./source.ts";

/** What an event of a webhook is made from. */
export interface WebhookFacts {
  body: Readonly<Record<string, unknown>>;
  /** Its `data`, a resource of JSON:API. */
  data: Readonly<Record<string, unknown>>;
  /** Stands for an ID that is missing. */
  digest: string;
  /** Apple ID of the app, where the address says it. */
  appId: string | undefined;
  bundleId: string | undefined;
  /** Milliseconds; stands for a time that is missing. */
  receivedAt: number;
}

/**
 * An event of a webhook in flat form: attributes beside each other, and of each relationship the ID and the type of what
 * it leads to. Apple's samples have relationships within `data` or beside it, so both places are looked at.
 */
export function webhookEvent(facts: WebhookFacts): VerifiedEvent {
  const { body, data, digest, appId, bundleId, receivedAt } = facts;
  const attributes = isObject(data.attributes) ? data.attributes : {};
  const flat = new Map<string, unknown>(Object.entries(attributes));
  const add = (name: string, value: unknown) => {
    if (value !== undefined && !flat.has(name)) flat.set(name, value);
  };
  add("appId", appId);
  for (const holder of [data, body]) {
    if (!isObject(holder.relationships)) continue;
    for (const [name, relationship] of Object.entries(holder.relationships)) {
      if (!isObject(relationship)) continue;
      // Samples of background assets have ID and type without a `data` around them.
      const target = isObject(relationship.data) ? relationship.data : relationship;
      add(`${name}Id`, target.id);
      add(`${name}Type`, target.type);
    }
  }
  const id = typeof data.id === "string" || typeof data.id === "number" ? String(data.id) : "";
  return {
    event: {
      id: id === "" ? digest : id,
      source: "app-store-connect",
      type: upperCase(String(data.type)),
      subtype: null,
      environment: null,
      bundleId: bundleId ?? null,
      occurredAt:
        timeOf(attributes.timestamp ?? attributes.createdDate) ?? new Date(receivedAt).toISOString(),
      data: Object.fromEntries(flat),
    },
    traits: { productIds: [] },
  };
}

/**
 * Apple has two spellings for one type: `BUILD_UPLOAD_STATE_UPDATED` where a webhook is told what to send, and
 * `buildUploadStateUpdated` in what it sends. Flows choose by the first, so an event has that one too.
 */
function upperCase(type: string): string {
  return /^[a-z][A-Za-z0-9]*$/.test(type) ? type.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase() : type;
}

function timeOf(value: unknown): string | undefined {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
