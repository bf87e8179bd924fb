import type { GivenEnd, ItemEnd } from "./item.ts";
import type { Job, JobItem, Stored } from "./job.ts";
import type { JobMessage } from "./message.ts";

/** An item as its job is started with. */
export interface PlannedItem {
  about: JobItem["about"];
  /** As JSON, sealed where the kind says so; absent where the item has ended already. */
  input?: string;
  end?: GivenEnd;
}

/** Pages of jobs or items. `next` is the position to go on after. */
export interface StorePage<Thing> {
  value: Thing[];
  next?: string;
}

/** Jobs and their items in Azure Storage. @throws RelayError `storage_unavailable`, `not_configured`. */
export interface JobStore {
  /**
   * Stores a job with its items and asks for it to be begun. The last write, of the job itself, makes it real.
   *
   * @returns the job of that ID that is there already; undefined: it was stored.
   */
  create(job: Job, items: readonly PlannedItem[]): Promise<Job | undefined>;
  /** Stores a job that is over with its items, which have all ended. The last write, of the job itself, makes it real. */
  record(job: Job, items: readonly JobItem[]): Promise<void>;
  plannedItems(jobId: string): Promise<readonly PlannedItem[] | undefined>;
  forgetPlan(jobId: string): Promise<void>;
  read(jobId: string): Promise<Stored<Job> | undefined>;
  readItem(jobId: string, index: number): Promise<Stored<JobItem> | undefined>;
  list(after: string | undefined, limit: number): Promise<StorePage<Job>>;
  /** IDs of jobs that were started before a time, in milliseconds; of those whose start failed half-way too. */
  startedBefore(at: number, after: string | undefined, limit: number): Promise<StorePage<string>>;
  items(
    jobId: string,
    range: { after?: string | undefined; status?: string | readonly string[] | undefined; limit: number },
  ): Promise<StorePage<Stored<JobItem>>>;
  /**
   * Adds rows of items, at most `itemsAtOnce`. Those that are there already stay as they are. Once the job is cancelled,
   * those that are planned are added as cancelled.
   *
   * @returns whether messages are to be sent for them.
   */
  addItems(jobId: string, items: readonly JobItem[]): Promise<boolean>;
  /** @returns the item as it is stored now; undefined when somebody else was first. */
  saveItem(item: Stored<JobItem>): Promise<Stored<JobItem> | undefined>;
  /** The result of an item, from wherever it is. */
  resultOf(item: JobItem): Promise<JobItem["result"]>;
  /**
   * Ends an item and counts it, both at once. The last one ends the job.
   *
   * @returns false when the item has been changed by somebody else.
   */
  endItem(item: Stored<JobItem>, end: ItemEnd): Promise<boolean>;
  /**
   * Ends items that were not begun and counts them, all at once: at most `itemsAtOnce`.
   *
   * @returns false when one of them has been changed by somebody else; then all are as they were.
   */
  cancelItems(items: readonly Stored<JobItem>[]): Promise<boolean>;
  /** Changes a job, whoever else does at the same time. @param change answers undefined where nothing is to change. */
  changeJob(jobId: string, change: (job: Job) => Job | undefined): Promise<Job | undefined>;
  send(message: JobMessage, delayMs?: number): Promise<void>;
  remove(jobId: string): Promise<void>;
}

/** Most items of one transaction: Azure takes 100 changes, and the job's own row is one more. */
export const itemsAtOnce = 90;
