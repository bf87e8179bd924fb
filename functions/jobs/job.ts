import type { ItemEnd, ItemError, JobData } from "./item.ts";

/** Where a job stands. A job with failed items is `completed` all the same: `failed` means that it could not be run. */
export type JobStatus = "queued" | "running" | "completed" | "failed" | "cancelled";

/** How many items ended in which way. */
export type ItemCounts = Readonly<Record<ItemEnd, number>>;

/** A job. Times are ISO 8601 in UTC. */
export interface Job {
  id: string;
  /** The operation that started it; its `job` carries out the items. */
  operation: string;
  /** Name of the credential that every item uses; absent where the operation takes none. */
  credential: string | undefined;
  correlationId: string;
  status: JobStatus;
  createdAt: string;
  startedAt: string | undefined;
  endedAt: string | undefined;
  cancelRequestedAt: string | undefined;
  total: number;
  /** Items that have a row and a message. */
  fannedOut: number;
  /** Written together with the item that is counted, so that it is never off. */
  counts: ItemCounts;
  /** SHA-256 of each token that opens the result, with spaces in between; empty: none does. */
  tokenHash: string;
  error: ItemError | undefined;
}

/**
 * Where an item stands: `planned` (nothing was sent), `sending` (something may have been), `waiting` (a step is done and
 * the next one comes later), or how it ended.
 */
export type ItemStatus = "planned" | "sending" | "waiting" | ItemEnd;

/** An item of a job. */
export interface JobItem {
  jobId: string;
  index: number;
  status: ItemStatus;
  /** How often it was claimed. */
  attempts: number;
  /** Passing faults in a row. */
  failures: number;
  /** Claims in a row after which nobody recorded what came of them. */
  crashes: number;
  /** `sending`: whose claim holds until then. `waiting`, `planned`: not to be begun before. */
  until: string | undefined;
  /** The input as JSON, sealed where the kind says so; gone once the item has ended. */
  input: string | undefined;
  about: JobData;
  memo: JobData | undefined;
  result: JobData | undefined;
  /** The result is too long for a row and is kept in a blob. */
  resultApart?: boolean;
  error: ItemError | undefined;
  updatedAt: string;
}

/** What is stored, with the tag that a conditional write needs. */
export type Stored<Thing> = Thing & { readonly etag: string };

/** Whether the work on an item is over. */
export function hasEnded({ status }: Pick<JobItem, "status">): boolean {
  return status !== "planned" && status !== "sending" && status !== "waiting";
}

/** Whether a job is over. */
export function isOver({ status }: Pick<Job, "status">): boolean {
  return status !== "queued" && status !== "running";
}

/** Items that have not ended. */
export function pendingOf({ total, counts }: Pick<Job, "total" | "counts">): number {
  return total - Object.values(counts).reduce((sum, count) => sum + count, 0);
}
