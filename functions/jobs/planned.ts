import type { JobItem } from "./job.ts";
import type { PlannedItem } from "./store.ts";

/** The item as it is stored first. @param now ISO 8601. */
export function toItem(
  jobId: string,
  index: number,
  { about, input, end }: PlannedItem,
  now: string,
): JobItem {
  return {
    jobId,
    index,
    status: end?.status ?? "planned",
    attempts: 0,
    failures: 0,
    crashes: 0,
    until: undefined,
    input,
    about,
    memo: undefined,
    result: end?.result,
    error: end?.error,
    updatedAt: now,
  };
}
