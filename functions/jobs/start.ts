import { Accepted } from "../accepted.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { outcomeUnknown } from "../upstream/refusal.ts";
import { newJobId, newToken } from "./id.ts";
import { type ItemError, itemEnds, type JobData } from "./item.ts";
import type { Job } from "./job.ts";
import { resultLocation } from "./location.ts";
import { maxText } from "./rows.ts";
import { seal } from "./seal.ts";
import type { PlannedItem } from "./store.ts";

/** An item to be worked on, or one that is rejected already and stands beside the others in the result. */
export type NewItem = { about: JobData; input: unknown } | { about: JobData; error: ItemError };

/** Seconds until a job's result is first asked for. */
const firstPollSeconds = 5;

/**
 * Starts a job: stores its items and answers where its result will be.
 *
 * @param sealed whether inputs are encrypted with a key derived from the credential (`JobKind.sealed`).
 * @throws RelayError `storage_unavailable` when nothing was started; `outcome_unknown` when it may have been.
 */
export async function startJob(
  scope: Scope,
  facts: { credential: ChosenCredential; sealed?: boolean | undefined; items: readonly NewItem[] },
): Promise<Accepted> {
  const { jobs, runtime } = scope;
  const { credential, items } = facts;
  const id = newJobId(runtime.now());
  const { token, hash } = newToken();
  const key = facts.sealed ? await credential.deriveKey(sealPurpose(id), scope.deadline.signal) : undefined;
  const planned = items.map((item, index): PlannedItem => {
    if ("error" in item) return { about: item.about, error: item.error };
    const text = JSON.stringify(item.input);
    const input = key ? seal(key, sealPlace(id, index), text) : text;
    return input.length > maxText ? { about: item.about, error: tooLong } : { about: item.about, input };
  });
  const job: Job = {
    id,
    operation: scope.operationId,
    credential: credential.credential.name,
    correlationId: scope.correlationId,
    status: "queued",
    createdAt: new Date(runtime.now()).toISOString(),
    startedAt: undefined,
    endedAt: undefined,
    cancelRequestedAt: undefined,
    total: planned.length,
    fannedOut: 0,
    counts: Object.fromEntries(itemEnds.map((end) => [end, 0])) as Job["counts"],
    tokenHash: hash,
    error: undefined,
  };
  await jobs.create(job, planned).catch((error: unknown) => {
    throw error instanceof RelayError && error.outcome === "unknown" ? outcomeUnknown(error) : error;
  });
  return new Accepted({
    location: resultLocation(scope.origin, id, token),
    retryAfterSeconds: firstPollSeconds,
    body: { jobId: id, status: job.status },
  });
}

/** Far above what any operation takes in one item: a row of Excel, a report's question. */
const tooLong: ItemError = {
  code: "invalid_input",
  message: "The item is longer than 32,000 characters.",
  hint: "Shorten it, or split it.",
};

/** What the key of a job's inputs is derived for. */
export function sealPurpose(jobId: string): string {
  return `job input ${jobId}`;
}

/** Where a sealed input belongs, so that it opens for no other item. */
export function sealPlace(jobId: string, index: number): string {
  return `${jobId} ${index}`;
}
