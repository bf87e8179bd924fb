import type { Runtime } from "../runtime.ts";
import type { EventStore } from "./store.ts";

/** What was received within this time has a message that is on its way. */
const underWayMs = 5 * 60_000;

/**
 * What was written down so long ago and is not stored will not be by that call. Longer than any call, and between two of
 * Apple's repetitions, which come after 1, 12, 24, 48 and 72 hours.
 */
const forgottenMs = 6 * 3_600_000;

/** Events that are looked at before storage is asked for more. */
const pageSize = 200;

/**
 * Sends the messages of events that were stored while their messages were not sent, as when a process is killed between
 * the two. One that is sent for nothing does nothing.
 *
 * @returns how many were sent.
 */
export async function recoverEvents(
  events: Pick<EventStore, "read" | "waiting" | "endWaiting" | "send">,
  { now }: Pick<Runtime, "now">,
): Promise<{ recovered: number }> {
  let recovered = 0;
  let after: string | undefined;
  do {
    const page = await events.waiting(after, pageSize);
    for (const { key, since } of page.value) {
      const age = now() - since;
      if (age < underWayMs) continue;
      const event = await events.read(key);
      if (event && !event.fannedOut) {
        await events.send({ event: key, sent: now() });
        recovered += 1;
      } else if (event || age > forgottenMs) await events.endWaiting(key);
    }
    after = page.next;
  } while (after !== undefined);
  return { recovered };
}
