import type { EndedItem, JobData } from "../../jobs/item.ts";
import type { JobKind } from "../../jobs/kind.ts";
import { rowOf } from "../../jobs/result.ts";
import type { Environment } from "../environment.ts";
import { loadWork } from "./load-work.ts";

/** A window of the history that one item reads. Times in milliseconds. */
export interface BackfillInput {
  bundleId: string;
  environment: Environment;
  startDate: number;
  endDate: number;
}

/** What became of notifications, as rows and results name it. */
const countNames = [
  "notificationsRead",
  "notificationsNew",
  "notificationsKnown",
  "notificationsPast",
  "notificationsRefused",
] as const;

/** Notifications by what became of them. */
export type NotificationCounts = Record<(typeof countNames)[number], number>;

/** Reads a window, a page a step, so that the place in it is never lost and what was new is counted once. */
export const backfillJob: JobKind = {
  async step(step, scope) {
    const { backfillStep } = await loadWork();
    return backfillStep(step, scope);
  },
  // What a step keeps is what came of those before, and where to go on.
  resultOf: ({ counts }) => ({ ...Object(counts) }),
  result,
};

function result(items: readonly EndedItem[]): JobData {
  const counts = Object.fromEntries(countNames.map((name) => [name, 0])) as NotificationCounts;
  for (const { result: own } of items)
    for (const name of countNames) counts[name] += Number(own?.[name] ?? 0);
  const { bundleId, environment } = items[0]?.about ?? {};
  return { environment, bundleId, ...counts, results: items.map(rowOf) };
}
