import { RelayError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { maxText } from "../storage/fields.ts";
import { timePart } from "../storage/newest-first.ts";
import type { Queue, Row, RowChange, Storage } from "../storage/storage.ts";
import { counting, ended, withoutWork } from "./counting.ts";
import type { Job, JobItem, Stored } from "./job.ts";
import { type JobMessage, writeMessage } from "./message.ts";
import { partsOf } from "./parts.ts";
import { headRow, itemPrefix, itemRow, itemToRow, jobToRow, over, rowToItem, rowToJob } from "./rows.ts";
import type { JobStore } from "./store.ts";

/** Names in the storage account. The queue is known to the trigger too. */
export const queueName = "relay-jobs";
const tableName = "relayjobs";
const indexName = "relayjobindex";
const containerName = "relay-jobs";

/** Partition of the index, which lists every job, newest first. */
const indexPartition = "jobs";

/**
 * Writes of a job's own row meet when many items end at once. Each round one of them wins, so this is far more than as
 * many workers need; past it the message comes again.
 */
const maxRounds = 60;

/** Longest pause between two rounds, in milliseconds: about what a write takes, times the workers. */
const maxPauseMs = 200;

/** Jobs in the tables, the queue and the blobs of a storage account. */
export function createJobStore(storage: Storage, runtime: Runtime): JobStore {
  const table = storage.table(tableName);
  const index = storage.table(indexName);
  const blobs = storage.blobs(containerName);
  const queue: Queue = storage.queue(queueName);
  const planOf = (jobId: string) => `${jobId}/plan.json`;
  const resultBlob = (jobId: string, number: number) => `${jobId}/result-${number}.json`;

  const send = (message: JobMessage, delayMs?: number) => queue.send(writeMessage(message), delayMs);

  /** Whether a job was stored is not known when the write of its row breaks off. */
  async function commit(job: Job): Promise<boolean> {
    try {
      return await table.insert(jobToRow(job));
    } catch (error) {
      if (!(error instanceof RelayError) || error.code !== "storage_unavailable") throw error;
      throw new RelayError("storage_unavailable", {
        message: error.message,
        hint: "Look with ListJobs whether the job was started.",
        source: "storage",
        outcome: "unknown",
        cause: error,
      });
    }
  }

  async function read(jobId: string): Promise<Stored<Job> | undefined> {
    const row = await table.read(jobId, headRow);
    return row && rowToJob(row);
  }

  /** A result that fits no row goes into a blob. */
  async function apart(item: JobItem): Promise<JobItem> {
    const text = item.result && JSON.stringify(item.result);
    if (text === undefined || text.length <= maxText) return item;
    await blobs.write(resultBlob(item.jobId, item.index), text);
    return { ...item, result: undefined, resultApart: true };
  }

  async function readItem(jobId: string, number: number): Promise<Stored<JobItem> | undefined> {
    const row = await table.read(jobId, itemRow(number));
    return row && rowToItem(row);
  }

  /** Tries until `attempt` answers something, with a pause of chance after each failure. */
  async function settle<Value>(attempt: () => Promise<Value | undefined>): Promise<Value> {
    for (let round = 1; round <= maxRounds; round += 1) {
      const value = await attempt();
      if (value !== undefined) return value;
      await runtime.sleep(1 + runtime.random() * Math.min(maxPauseMs, 10 * round));
    }
    throw new RelayError("storage_unavailable", {
      message: "A row of the job is written to by too many at once.",
      hint: "Try again in a minute. What was to be changed is as it was.",
      source: "storage",
      retryAfterSeconds: 10,
    });
  }

  return {
    async create(job, items) {
      await blobs.write(planOf(job.id), JSON.stringify(items));
      await index.insert(indexRow(job));
      // Before the job itself: a job without a message would never begin, a message without a job is passed over.
      await send({ job: job.id, sent: runtime.now() });
      if (await commit(job)) return undefined;
      // Ours, where the answer was lost and the SDK sent the write again.
      const stored = await read(job.id);
      return stored?.tokenHash === job.tokenHash ? undefined : stored;
    },

    async record(job, items) {
      await index.insert(indexRow(job));
      for (const part of partsOf(items)) {
        const rows = await Promise.all(part.map(async (item) => itemToRow(await apart(item))));
        // Nobody else knows the ID: rows that are there were written by this, and the answer was lost.
        await table.transact(rows.map((row): RowChange => ({ kind: "insert", row })));
      }
      await commit(job);
    },

    async plannedItems(jobId) {
      const text = await blobs.read(planOf(jobId));
      return text === undefined ? undefined : JSON.parse(text);
    },

    forgetPlan: (jobId) => blobs.remove(planOf(jobId)),
    read,
    readItem,

    async list(after, limit) {
      const page = await index.page(indexPartition, { limit, ...(after !== undefined && { after }) });
      const jobs = await Promise.all(page.rows.map(({ row }) => read(row)));
      return {
        // One that was never made real, because its start failed half-way, is not listed.
        value: jobs.filter((job) => job !== undefined),
        ...(page.next !== undefined && { next: page.next }),
      };
    },

    async startedBefore(at, after, limit) {
      const { rows, next } = await index.page(indexPartition, { after: after ?? timePart(at), limit });
      return { value: rows.map(({ row }) => row), ...(next !== undefined && { next }) };
    },

    async items(jobId, { after, status, limit }) {
      const page = await table.page(jobId, {
        prefix: itemPrefix,
        limit,
        ...(after !== undefined && { after }),
        ...(status !== undefined && { where: { status } }),
      });
      return { value: page.rows.map(rowToItem), ...(page.next !== undefined && { next: page.next }) };
    },

    async addItems(jobId, given) {
      const items = await Promise.all(given.map(apart));
      return settle(async () => {
        const job = await read(jobId);
        if (!job) return false;
        const cancelled = job.cancelRequestedAt !== undefined;
        const added = items.map((item) =>
          cancelled && item.status === "planned" ? withoutWork(item, "cancelled") : item,
        );
        const changes = added.map((item): RowChange => ({ kind: "insert", row: itemToRow(item) }));
        const head = over(jobToRow(ended(counting(job, added), runtime)), job);
        if (await table.transact([...changes, { kind: "replace", row: head }])) return !cancelled;
        // All rows of one transaction are there, or none.
        const [first] = items;
        return first && (await readItem(jobId, first.index)) ? true : undefined;
      });
    },

    async cancelItems(items) {
      const [first] = items;
      if (!first) return true;
      const updatedAt = new Date(runtime.now()).toISOString();
      const cancelled = items.map((item) => ({
        ...withoutWork(item, "cancelled"),
        updatedAt,
        etag: item.etag,
      }));
      const changes = cancelled.map(
        (item): RowChange => ({ kind: "replace", row: over(itemToRow(item), item) }),
      );
      return settle(async () => {
        const job = await read(first.jobId);
        if (!job) return false;
        const head = over(jobToRow(ended(counting(job, cancelled), runtime)), job);
        if (await table.transact([...changes, { kind: "replace", row: head }])) return true;
        const now = await read(first.jobId);
        // Where the job is as it was, it was one of the items that did not hold.
        return now?.etag === job.etag ? false : undefined;
      });
    },

    async saveItem(item) {
      const etag = await table.replace(over(itemToRow(item), item));
      return etag === undefined ? undefined : { ...item, etag };
    },

    async resultOf({ jobId, index, result, resultApart }) {
      if (!resultApart) return result;
      const text = await blobs.read(resultBlob(jobId, index));
      return text === undefined ? undefined : JSON.parse(text);
    },

    async endItem(item, end) {
      const endedItem = await apart(withoutWork(item, end));
      const row = over(itemToRow(endedItem), item);
      return settle(async () => {
        const job = await read(item.jobId);
        if (!job) return false;
        const head = over(jobToRow(ended(counting(job, [endedItem]), runtime)), job);
        if (
          await table.transact([
            { kind: "replace", row },
            { kind: "replace", row: head },
          ])
        )
          return true;
        const now = await readItem(item.jobId, item.index);
        return now?.etag === item.etag ? undefined : false;
      });
    },

    changeJob: (jobId, change) =>
      settle(async () => {
        const job = await read(jobId);
        if (!job) return { job: undefined };
        const changed = change(job);
        if (!changed) return { job };
        return (await table.replace(over(jobToRow(changed), job))) ? { job: changed } : undefined;
      }).then(({ job }) => job),

    send,

    async remove(jobId) {
      for (;;) {
        const { rows } = await table.page(jobId, { prefix: itemPrefix, limit: 1_000 });
        if (rows.length === 0) break;
        await table.remove(
          jobId,
          rows.map(({ row }) => row),
        );
      }
      await blobs.remove(`${jobId}/`);
      await table.remove(jobId, [headRow]);
      // Last, so that a sweep that broke off finds the job again.
      await index.remove(indexPartition, [jobId]);
    },
  };
}

function indexRow({ id, operation, createdAt }: Job): Row {
  return { partition: indexPartition, row: id, fields: { operation, createdAt } };
}
