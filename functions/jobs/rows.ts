import { json, number, present, text } from "../storage/fields.ts";
import type { Row, StoredRow } from "../storage/storage.ts";
import { type ItemEnd, type ItemError, itemEnds, type JobData } from "./item.ts";
import type { Job, JobItem, JobStatus, Stored } from "./job.ts";

/** Row key of the job itself; its items have keys of their own in the same partition, so that both change at once. */
export const headRow = "job";

/** Row keys of items are in their order. A job has at most a million. */
export const itemPrefix = "item-";

export function itemRow(index: number): string {
  return itemPrefix + String(index).padStart(6, "0");
}

export function jobToRow(job: Job): Row {
  const { id, counts, error, ...plain } = job;
  return {
    partition: id,
    row: headRow,
    fields: present({ ...plain, ...counts, error: error && JSON.stringify(error) }),
  };
}

export function rowToJob({ partition, etag, fields }: StoredRow): Stored<Job> {
  return {
    etag,
    id: partition,
    operation: text(fields, "operation") ?? "",
    credential: text(fields, "credential"),
    correlationId: text(fields, "correlationId") ?? "",
    status: (text(fields, "status") ?? "failed") as JobStatus,
    createdAt: text(fields, "createdAt") ?? "",
    startedAt: text(fields, "startedAt"),
    endedAt: text(fields, "endedAt"),
    cancelRequestedAt: text(fields, "cancelRequestedAt"),
    total: number(fields, "total"),
    fannedOut: number(fields, "fannedOut"),
    counts: Object.fromEntries(itemEnds.map((end) => [end, number(fields, end)])) as Record<ItemEnd, number>,
    tokenHash: text(fields, "tokenHash") ?? "",
    error: json<ItemError>(fields, "error"),
  };
}

export function itemToRow(item: JobItem): Row {
  const { jobId, index, about, memo, result, error, ...plain } = item;
  return {
    partition: jobId,
    row: itemRow(index),
    fields: present({
      ...plain,
      about: JSON.stringify(about),
      memo: memo && JSON.stringify(memo),
      result: result && JSON.stringify(result),
      error: error && JSON.stringify(error),
    }),
  };
}

export function rowToItem({ partition, row, etag, fields }: StoredRow): Stored<JobItem> {
  return {
    etag,
    jobId: partition,
    index: Number(row.slice(itemPrefix.length)),
    status: (text(fields, "status") ?? "failed") as JobItem["status"],
    attempts: number(fields, "attempts"),
    failures: number(fields, "failures"),
    crashes: number(fields, "crashes"),
    until: text(fields, "until"),
    input: text(fields, "input"),
    about: json<JobData>(fields, "about") ?? {},
    memo: json<JobData>(fields, "memo"),
    result: json<JobData>(fields, "result"),
    resultApart: fields.resultApart === true,
    error: json<ItemError>(fields, "error"),
    updatedAt: text(fields, "updatedAt") ?? "",
  };
}

/** The row to write in the place of the one that was read. */
export function over(row: Row, { etag }: { etag: string }): StoredRow {
  return { ...row, etag };
}
