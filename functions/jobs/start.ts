import { Accepted } from "../accepted.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { maxText } from "../storage/fields.ts";
import { seal } from "../storage/seal.ts";
import { newToken, withHash } from "../storage/token.ts";
import { outcomeUnknown } from "../upstream/refusal.ts";
import { newJobId } from "./id.ts";
import { type GivenEnd, type ItemError, itemEnds, type JobData } from "./item.ts";
import type { Job } from "./job.ts";
import { resultLocation } from "./location.ts";
import { toItem } from "./planned.ts";
import { summarize } from "./progress.ts";
import type { PlannedItem } from "./store.ts";

/**
 * An item to be worked on, or one that stands beside the others in the result and has ended already: rejected with an
 * error, or in any way.
 */
export type NewItem =
  | { about: JobData; input: unknown }
  | { about: JobData; error: ItemError }
  | { about: JobData; end: GivenEnd };

/** Seconds until a job's result is first asked for. */
const firstPollSeconds = 5;

/**
 * Starts a job: stores its items and answers where its result will be.
 *
 * @param sealed whether inputs are encrypted with a key derived from the credential (`JobKind.sealed`).
 * @param id one that was derived (`derivedJobId`) of what may be started once only. Where its job is there already, that
 *   one is answered and nothing else begins; the items must be the same each time.
 * @throws RelayError `storage_unavailable` when nothing was started; `outcome_unknown` when it may have been.
 */
export async function startJob(
  scope: Scope,
  facts: {
    credential: ChosenCredential;
    sealed?: boolean | undefined;
    items: readonly NewItem[];
    id?: string;
  },
): Promise<Accepted> {
  const { jobs, runtime } = scope;
  const { credential, items } = facts;
  const known = facts.id === undefined ? undefined : await joinJob(scope, facts.id);
  if (known) return known;
  const id = facts.id ?? newJobId(runtime.now());
  const { token, hash } = newToken();
  const key = facts.sealed ? await credential.deriveKey(sealPurpose(id), scope.deadline.signal) : undefined;
  const planned = items.map((item, index): PlannedItem => {
    if ("end" in item) return item;
    if ("error" in item) return { about: item.about, end: { status: "rejected", error: item.error } };
    const text = JSON.stringify(item.input);
    const input = key ? seal(key, sealPlace(id, index), text) : text;
    return input.length > maxText
      ? { about: item.about, end: { status: "rejected", error: tooLong } }
      : { about: item.about, input };
  });
  const job = newJob(scope, { id, credential, total: planned.length, tokenHash: hash });
  const existing = await jobs.create(job, planned).catch((error: unknown) => {
    throw error instanceof RelayError && error.outcome === "unknown" ? outcomeUnknown(error) : error;
  });
  // Somebody else was first by a moment.
  const joined = existing && (await joinJob(scope, id));
  return joined ?? accepted(scope, job, token);
}

/**
 * Answers for a job that is there already where its result will be.
 *
 * Its Location gets a token of its own: the first one cannot be told again, since only its hash is stored, and it cannot
 * be derived from a credential, since keys that sign leave nothing to derive from.
 *
 * @returns undefined where there is no such job. @throws RelayError `storage_unavailable`.
 */
export async function joinJob(scope: Scope, id: string): Promise<Accepted | undefined> {
  // Looked for first: what is not there is not written to.
  if (!(await scope.jobs.read(id))) return undefined;
  const { token, hash } = newToken();
  const job = await scope.jobs.changeJob(id, (current) => ({
    ...current,
    tokenHash: withHash(current.tokenHash, hash),
  }));
  return job && accepted(scope, job, token);
}

/**
 * Keeps a job that was over within its call, so that it is listed, shown and deleted as every other.
 *
 * @param operation whose job it is; absent: that of the call.
 * @throws RelayError `storage_unavailable`; `outcome_unknown` when it may have been stored.
 */
export async function recordJob(
  scope: Scope,
  facts: {
    credential: ChosenCredential;
    items: readonly { about: JobData; end: GivenEnd }[];
    operation?: string;
  },
): Promise<Job> {
  const { jobs, runtime } = scope;
  const { credential, items, operation } = facts;
  const id = newJobId(runtime.now());
  const begun = newJob(scope, { id, credential, total: items.length, tokenHash: "" });
  const counts = { ...begun.counts };
  for (const { end } of items) counts[end.status] += 1;
  const job: Job = {
    ...begun,
    operation: operation ?? begun.operation,
    status: "completed",
    startedAt: begun.createdAt,
    endedAt: begun.createdAt,
    fannedOut: items.length,
    counts,
  };
  const rows = items.map((item, index) => toItem(id, index, item, begun.createdAt));
  await jobs.record(job, rows).catch((error: unknown) => {
    throw error instanceof RelayError && error.outcome === "unknown" ? outcomeUnknown(error) : error;
  });
  return job;
}

function newJob(
  { operationId, correlationId, runtime }: Scope,
  facts: Pick<Job, "id" | "total" | "tokenHash"> & { credential: ChosenCredential },
): Job {
  return {
    ...facts,
    operation: operationId,
    credential: facts.credential.credential.name,
    correlationId,
    status: "queued",
    createdAt: new Date(runtime.now()).toISOString(),
    startedAt: undefined,
    endedAt: undefined,
    cancelRequestedAt: undefined,
    fannedOut: 0,
    counts: Object.fromEntries(itemEnds.map((end) => [end, 0])) as Job["counts"],
    error: undefined,
  };
}

function accepted({ origin, runtime }: Scope, job: Job, token: string): Accepted {
  return new Accepted({
    location: resultLocation(origin, job.id, token),
    retryAfterSeconds: firstPollSeconds,
    body: { jobId: job.id, status: summarize(job, runtime.now()).status },
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
