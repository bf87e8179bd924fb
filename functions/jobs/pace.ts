import type { Services } from "../scope.ts";
import type { OriginName } from "../upstream/origins.ts";
import { type Job, type JobItem, pendingOf } from "./job.ts";
import type { JobKind } from "./kind.ts";

/** What services let a key call in an hour, as they document it. An own figure is in their headers. */
const documentedPerHour: Partial<Record<OriginName, number>> = { "app-store-connect": 3_500 };

/** What a job takes of a budget by the hour: calls of an item, and calls that jobs may make. */
export interface HourlyBudget {
  calls: number;
  perHour: number;
}

/** The budget that bounds a job, by what is documented: whoever shows a job has made none of its calls. */
export async function hourlyBudget(
  { configuration, jobOperations }: Pick<Services, "configuration" | "jobOperations">,
  { operation }: Pick<Job, "operation">,
): Promise<HourlyBudget | undefined> {
  const pace = (await jobOperations.get(operation))?.kind.pace;
  const limit = pace && documentedPerHour[pace.origin];
  if (!limit) return undefined;
  return { calls: pace.calls, perHour: limit - Math.floor((limit * configuration.interactiveShare) / 100) };
}

/** A message sleeps so long at least: what asks every moment costs storage more than it gains. */
const leastWaitMs = 3_000;

/**
 * What has to wait for longer asks again when half of that is over, since by then more is known of the budget. If it
 * asked every hour, ten thousand items would ask a hundred thousand times.
 */
const surelyMs = 60 * 60_000;

function sleepFor(waitMs: number): number {
  return Math.max(leastWaitMs, Math.min(waitMs, Math.max(surelyMs, waitMs / 2)));
}

/** The turn of an item whose kind says what it takes of a service's budget. */
export interface PacedTurn {
  /** Milliseconds until it is worth asking again; 0: now. */
  waitMs: number;
  /** Holds what the item takes while it is worked on. @returns what ends that. */
  hold(): () => void;
}

/**
 * Looks whether the service's budget has room for an item, so that nothing is claimed that could only wait.
 *
 * Items go in their order: one that has to wait sleeps until there is room for all before it too. So of ten thousand
 * messages those come back whose turn it is, instead of all at once. The order is a guess, which holds nobody: whoever
 * asks while there is room is let through.
 */
export function pacedTurn(
  { upstream }: Pick<Services, "upstream">,
  job: Job,
  item: JobItem,
  { pace }: Pick<JobKind, "pace">,
): PacedTurn {
  if (!pace || job.credential === undefined) return { waitMs: 0, hold: () => () => {} };
  const work = { ...pace, credential: job.credential };
  const hold = () => upstream.hold(work);
  if (upstream.waitFor(work) === 0) return { waitMs: 0, hold };
  // What was begun goes before what was not.
  const before = item.status === "planned" ? Math.max(0, item.index - (job.total - pendingOf(job))) : 0;
  const { calls, atOne = calls } = pace;
  const waitMs = upstream.waitFor({ ...work, calls: calls * (before + 1), atOne: atOne * (before + 1) });
  return { waitMs: sleepFor(waitMs), hold };
}
