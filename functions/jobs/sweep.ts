import type { Runtime } from "../runtime.ts";
import { isOver } from "./job.ts";
import type { JobStore } from "./store.ts";

/** Results stay 30 days after the end (design). */
const keptMs = 30 * 86_400_000;

/** A job that has not ended by then never will: nothing waits for so long. */
const stuckMs = 90 * 86_400_000;

/** One run takes so long at most, since a function has ten minutes; the next one goes on. */
const runMs = 8 * 60_000;

/** Jobs that are looked at before the index is asked for more. */
const pageSize = 200;

/**
 * Deletes jobs whose time is up, the latest first. One that cannot be deleted now stops no other.
 *
 * @returns how many were deleted, and how many could not be.
 */
export async function sweepJobs(
  store: JobStore,
  { now }: Pick<Runtime, "now">,
): Promise<{ removed: number; failed: number }> {
  const end = now() + runMs;
  const counted = { removed: 0, failed: 0 };
  let page = await store.startedBefore(now() - keptMs, undefined, pageSize);
  for (;;) {
    for (const id of page.value) {
      if (now() > end) return counted;
      try {
        if (await isDue(store, id, now())) {
          await store.remove(id);
          counted.removed += 1;
        }
      } catch {
        counted.failed += 1;
      }
    }
    if (page.next === undefined) return counted;
    page = await store.startedBefore(now() - keptMs, page.next, pageSize);
  }
}

async function isDue(store: JobStore, id: string, now: number): Promise<boolean> {
  const job = await store.read(id);
  // The start of one that is not there failed half-way.
  if (!job) return true;
  const since = (text: string | undefined) => now - Date.parse(text ?? "");
  return isOver(job) ? since(job.endedAt) >= keptMs : since(job.createdAt) >= stuckMs;
}
