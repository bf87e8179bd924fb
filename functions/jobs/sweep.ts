import type { Runtime } from "../runtime.ts";
import { isOver } from "./job.ts";
import type { JobStore } from "./store.ts";

/** Results stay 30 days after the end (design). */
const keptMs = 30 * 86_400_000;

/** A job that has not ended by then never will: nothing waits for so long. */
const stuckMs = 90 * 86_400_000;

/** Jobs that one run deletes at most; the next run goes on. */
const maxJobs = 500;

/** Deletes jobs whose time is up. @returns how many. */
export async function sweepJobs(store: JobStore, { now }: Pick<Runtime, "now">): Promise<number> {
  let removed = 0;
  for (const id of await store.startedBefore(now() - keptMs, maxJobs)) {
    const job = await store.read(id);
    const since = (text: string | undefined) => now() - Date.parse(text ?? "");
    const keep = job && (isOver(job) ? since(job.endedAt) < keptMs : since(job.createdAt) < stuckMs);
    if (keep) continue;
    await store.remove(id);
    removed += 1;
  }
  return removed;
}
