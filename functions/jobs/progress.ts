import * as Type from "typebox";
import { flag, integer, words } from "../schema.ts";
import { itemEnds } from "./item.ts";
import { isOver, type Job, pendingOf } from "./job.ts";
import type { HourlyBudget } from "./pace.ts";

const count = (title: string, description: string) => integer(title, description);

/** A job as callers see it. */
export const JobSummary = Type.Object(
  {
    jobId: words("Job ID", "ID of the job."),
    operation: words("Operation", "Operation that started the job."),
    status: words("Status", "State of the job: queued, running, cancelling, completed, failed or cancelled."),
    hasFailures: flag("Has failures", "Whether an item was rejected, failed, or ended in an unknown state."),
    percent: integer("Percent", "Share of the items that have ended, 0 to 100."),
    total: count("Total", "Number of items."),
    pending: count("Pending", "Items that have not ended."),
    applied: count("Applied", "Items that were carried out."),
    unchanged: count("Unchanged", "Items where nothing was to be changed."),
    rejected: count("Rejected", "Items whose content was refused."),
    failed: count("Failed", "Items that could not be carried out."),
    unknown: count("Unknown", "Items of which nobody knows whether they were carried out."),
    cancelled: count("Cancelled", "Items that were not begun because the job was cancelled."),
    itemsPerMinute: Type.Optional(
      Type.Number({
        "x-ms-summary": "Items per minute",
        description: "How many items ended a minute so far.",
      }),
    ),
    expectedEnd: Type.Optional(
      words("Expected end", "When the job will have ended at this rate, such as 2026-01-31T12:00:00Z."),
    ),
    credential: Type.Optional(words("Credential", "Name of the credential that the job uses.")),
    createdAt: words("Created at", "When the job was started."),
    startedAt: Type.Optional(words("Started at", "When its first item was taken up.")),
    endedAt: Type.Optional(words("Ended at", "When its last item ended.")),
    errorMessage: Type.Optional(words("Error message", "Why the job as a whole could not be run.")),
  },
  { title: "Job" },
);

/**
 * The job with its progress.
 *
 * @param now milliseconds since the epoch.
 * @param budget what its calls are bound by; absent: by nothing that is known.
 */
export function summarize(job: Job, now: number, budget?: HourlyBudget): Type.Static<typeof JobSummary> {
  const { total, counts, startedAt, endedAt, credential, error } = job;
  const pending = pendingOf(job);
  const done = total - pending;
  const begun = startedAt === undefined ? undefined : Date.parse(startedAt);
  const minutes = begun === undefined ? 0 : ((endedAt ? Date.parse(endedAt) : now) - begun) / 60_000;
  const rate = done > 0 && minutes > 0 ? done / minutes : undefined;
  return {
    jobId: job.id,
    operation: job.operation,
    status: !isOver(job) && job.cancelRequestedAt !== undefined ? "cancelling" : job.status,
    hasFailures: counts.rejected + counts.failed + counts.unknown > 0 || job.status === "failed",
    percent: total === 0 ? 100 : Math.floor((100 * done) / total),
    total,
    pending,
    ...(Object.fromEntries(itemEnds.map((end) => [end, counts[end]])) as Job["counts"]),
    ...(rate !== undefined && { itemsPerMinute: Math.round(rate * 10) / 10 }),
    ...(rate !== undefined &&
      !isOver(job) && {
        expectedEnd: new Date(Math.max(now + (pending / rate) * 60_000, leastEnd(job, budget))).toISOString(),
      }),
    ...(credential !== undefined && { credential }),
    createdAt: job.createdAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(error && { errorMessage: error.message }),
  };
}

/**
 * The budget of each further hour is there an hour after the one before it was used up, however fast the first was. The
 * rate so far does not know that. Items that were refused took nothing, or little; a cancelled job does not go on.
 */
function leastEnd(job: Job, budget: HourlyBudget | undefined): number {
  if (!budget || job.startedAt === undefined || job.cancelRequestedAt !== undefined) return 0;
  const calls = (job.total - job.counts.rejected) * budget.calls;
  return Date.parse(job.startedAt) + Math.max(0, Math.ceil(calls / budget.perHour) - 1) * 3_600_000;
}

/** Seconds between two questions for a result, and for how much of the time left. */
const leastSeconds = 5;
const mostSeconds = 60;

/** Whole seconds until it is worth asking again: a tenth of the time that is left, as far as that is known. */
export function pollSeconds({ expectedEnd }: Type.Static<typeof JobSummary>, now: number): number {
  const left = expectedEnd === undefined ? 0 : (Date.parse(expectedEnd) - now) / 1000;
  return Math.round(Math.min(mostSeconds, Math.max(leastSeconds, left / 10)));
}
