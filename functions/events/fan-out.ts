import type { Services } from "../scope.ts";
import type { KeptEvent } from "./store.ts";
import { matches } from "./subscription.ts";

type FanOutFacts = Pick<Services, "events" | "subscriptions" | "runtime">;

/**
 * Plans a delivery for every subscribed flow that asks for the event. What is planned already stays as it is, and its
 * message goes out once more: a message too many finds the delivery taken or settled.
 */
export async function fanOut(
  { events, subscriptions, runtime }: FanOutFacts,
  kept: KeptEvent,
): Promise<number> {
  if (kept.fannedOut) {
    await events.endWaiting(kept.key);
    return 0;
  }
  let planned = 0;
  for (const subscription of await subscriptions.all()) {
    if (subscription.status !== "active" || !matches(subscription, kept.event, kept)) continue;
    await planDelivery({ subscriptions, events, runtime }, subscription.id, kept);
    planned += 1;
  }
  await events.endWaiting(kept.key);
  return planned;
}

/** The row first: of a delivery without a message the next fan-out knows, a message without a row is passed over. */
async function planDelivery(
  { events, subscriptions, runtime }: FanOutFacts,
  subscriptionId: string,
  { key, place, event }: KeptEvent,
): Promise<void> {
  const now = runtime.now();
  const at = new Date(now).toISOString();
  await subscriptions.insertDelivery({
    subscriptionId,
    place,
    eventKey: key,
    eventId: event.id,
    eventType: event.type,
    status: "planned",
    attempts: 0,
    plannedAt: at,
    updatedAt: at,
    until: undefined,
    httpStatus: undefined,
    outcome: "It is about to be sent.",
  });
  await events.send({ event: key, subscription: subscriptionId, sent: now });
}
