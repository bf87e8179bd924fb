import type { Runtime } from "../runtime.ts";
import type { ItemEnd } from "./item.ts";
import { isOver, type Job, type JobItem, pendingOf } from "./job.ts";

/** An item that has ended, without what its work needed. */
export function withoutWork(item: JobItem, status: ItemEnd): JobItem {
  return { ...item, status, until: undefined, input: undefined, memo: undefined };
}

/** The job with those of the items counted that have ended. */
export function counting(job: Job, items: readonly JobItem[]): Job {
  const counts = { ...job.counts };
  for (const { status } of items) if (status in counts) counts[status as ItemEnd] += 1;
  return { ...job, counts };
}

/** The job as it is once its items are counted: over, when none is left. */
export function ended(job: Job, { now }: Pick<Runtime, "now">): Job {
  if (isOver(job) || pendingOf(job) > 0) return job;
  return {
    ...job,
    status: job.counts.cancelled > 0 ? "cancelled" : "completed",
    endedAt: new Date(now()).toISOString(),
  };
}
