import type { EventTraits, RelayEvent } from "../events/event.ts";
import { isObject } from "../json.ts";
import type { DecodedPayload } from "../signed-payloads/index.ts";

/** An event, and what subscriptions can be filtered by beside its own fields. */
export interface NotificationEvent {
  event: RelayEvent;
  traits: EventTraits;
}

/**
 * A verified notification of the App Store as an event, the same whether Apple sent it or its history was read. What
 * Apple has in `data` is the event's data; what it has beside it in its place (`summary`, `externalPurchaseToken`,
 * `appData`) stays under its name, and so does what Apple may add.
 *
 * @param decoded of the kind notification.
 * @param receivedAt milliseconds; stands for the time of a notification that does not say when it was signed.
 */
export function notificationEvent(decoded: DecodedPayload, receivedAt: number): NotificationEvent {
  const {
    notificationType,
    notificationUUID,
    subtype,
    version: _version,
    signedDate: _signed,
    data,
    ...others
  } = decoded.payload;
  const named = isObject(data) ? { ...others, ...data } : others;
  return {
    event: {
      id: String(notificationUUID),
      source: "app-store-server",
      type: String(notificationType),
      subtype: typeof subtype === "string" && subtype !== "" ? subtype : null,
      environment: decoded.environment === "Production" ? "production" : "sandbox",
      bundleId: decoded.bundleId ?? null,
      occurredAt: decoded.signedDate ?? new Date(receivedAt).toISOString(),
      data: named,
    },
    traits: { productIds: productIdsOf(named) },
  };
}

/** Members that hold a product ID; a customer who changes plans has another one for the next renewal. */
const productIdMembers = ["productId", "autoRenewProductId"] as const;

/** Products that a notification is about, each once. */
function productIdsOf(data: Readonly<Record<string, unknown>>): string[] {
  const ids = [data.transaction, data.renewalInfo, data.summary]
    .filter(isObject)
    .flatMap((part) => productIdMembers.map((name) => part[name]));
  return [...new Set(ids.filter((id) => typeof id === "string"))];
}
