import { isOver, type Job } from "./job.ts";
import { itemsAtOnce, type JobStore } from "./store.ts";

/** How often one part may change while it is read, before the message gives up and comes again. */
const maxRounds = 60;

/**
 * Ends the items of a cancelled job that were not begun, in parts, so that nobody waits for their messages: those may
 * sleep for an hour. Each part ends and is counted at once, so what breaks off in between goes on where it was. Items
 * that have no row yet get theirs as cancelled.
 *
 * @throws RelayError `storage_unavailable`; Error when the items do not keep still.
 */
export async function cancelPlanned(store: JobStore, job: Job): Promise<void> {
  if (isOver(job) || job.cancelRequestedAt === undefined) return;
  let after: string | undefined;
  for (let lost = 0; ; ) {
    const { value, next } = await store.items(job.id, { after, status: "planned", limit: itemsAtOnce });
    if (await store.cancelItems(value)) {
      if (next === undefined) return;
      after = next;
      lost = 0;
    } else {
      // One of them was begun in the meantime. The others are read again.
      lost += 1;
      if (lost >= maxRounds) throw new Error("Items of the cancelled job do not keep still.");
    }
  }
}
