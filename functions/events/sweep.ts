import type { Services } from "../scope.ts";
import { startDeadline } from "../upstream/deadline.ts";
import { renewKeys } from "./callback-key.ts";

const dayMs = 86_400_000;

/** Sealing keys anew asks the vault. */
const renewMs = 60_000;

/**
 * Deletes events that happened longer ago than they are kept, the deliveries of them, and subscriptions that ended as
 * long ago; and seals the keys of callback URLs for the credentials of today.
 */
export async function sweepEvents(services: Services): Promise<{ events: number; deliveries: number }> {
  const { events, subscriptions, runtime, configuration } = services;
  const before = runtime.now() - configuration.events.retentionDays * dayMs;
  let deliveries = 0;
  for (const { id, status, endedAt } of await subscriptions.all()) {
    deliveries += await subscriptions.removeDeliveries(id, before);
    if (status !== "active" && Date.parse(endedAt ?? "") < before) await subscriptions.remove(id);
  }
  const removed = await events.removeBefore(before);
  const deadline = startDeadline(runtime, renewMs);
  try {
    await renewKeys(subscriptions.keys, { ...services, deadline });
  } finally {
    deadline.clear();
  }
  return { events: removed, deliveries };
}
