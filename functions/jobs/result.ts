import type { TProperties } from "typebox";
import * as Type from "typebox";
import { flag, integer, list, words } from "../schema.ts";
import type { EndedItem, JobData } from "./item.ts";
import type { Job, JobItem } from "./job.ts";
import type { JobKind } from "./kind.ts";
import { JobSummary, summarize } from "./progress.ts";
import type { JobStore } from "./store.ts";

/** What every row of a result or of a list of items has; what names the item and came of it stands beside it. */
const rowFields = {
  index: integer("Index", "Place of the item in the call that started the job, from 0."),
  status: words(
    "Status",
    "How the item ended: applied, unchanged, rejected, failed, unknown or cancelled. While it has not ended: planned, sending or waiting.",
  ),
  ok: flag("OK", "Whether the item was carried out, or nothing was to be changed."),
  errorCode: Type.Optional(words("Error code", "Why the item was not carried out, as a stable code.")),
  errorMessage: Type.Optional(words("Error message", "Why the item was not carried out.")),
  errorHint: Type.Optional(words("Error hint", "What to do about it.")),
};

/** A row of a job's items, with the fields that the job's own items have. */
export function jobRow<Fields extends TProperties>(title: string, fields: Fields) {
  return Type.Object({ ...rowFields, ...fields }, { title });
}

/** Schema of a job's result with rows of `row`: the output of the operation that starts it. */
export function jobResult<Row extends Type.TObject>(row: Row) {
  return Type.Object({
    ...JobSummary.properties,
    results: list("Results", "One row an item, in the order given.", row),
  });
}

/** The row of an item. What the item is about comes first, so that nothing in it hides how it ended. */
export function rowOf(item: Pick<JobItem, "index" | "about" | "result" | "error"> & { status: string }) {
  const { index, status, about, result, error } = item;
  return {
    ...about,
    ...result,
    index,
    status,
    ok: status === "applied" || status === "unchanged",
    ...(error && {
      errorCode: error.code,
      errorMessage: messageOf(error),
      ...(error.hint !== undefined && { errorHint: error.hint }),
    }),
  };
}

/** A message that names every field, since a row has no place for details. */
function messageOf({ message, details = [] }: NonNullable<JobItem["error"]>): string {
  return details.length > 1
    ? details.map((detail) => `${detail.field}: ${detail.message}`).join(" ")
    : message;
}

/** Rows that are read at a time, the most that Azure gives. */
const pageSize = 1_000;

/** The result of a job that is over. @param now milliseconds since the epoch. */
export async function readResult(
  store: JobStore,
  job: Job,
  kind: JobKind | undefined,
  now: number,
): Promise<JobData> {
  const items = await endedItems(store, job, kind);
  const own = kind?.result?.(items, job) ?? { results: items.map(rowOf) };
  return { ...summarize(job, now), ...own };
}

async function endedItems(store: JobStore, job: Job, kind: JobKind | undefined): Promise<EndedItem[]> {
  const most = Math.min(job.total, kind?.resultItems ?? job.total);
  const brief = (result: JobData | undefined) => (result && kind?.brief ? kind.brief(result) : result);
  const items: EndedItem[] = [];
  let after: string | undefined;
  do {
    const page = await store.items(job.id, { after, limit: Math.min(pageSize, most - items.length || 1) });
    for (const item of page.value) {
      items.push({ ...item, ...endOf(item), result: brief(await store.resultOf(item)) });
    }
    after = page.next;
  } while (after !== undefined && items.length < most);
  // A job that could not be begun as a whole has items that never got a row.
  const planned = items.length < most ? ((await store.plannedItems(job.id)) ?? []) : [];
  for (const [index, { about, end = { status: "failed", error: notBegun } as const }] of planned
    .slice(0, most)
    .entries()) {
    if (index >= items.length) items.push({ index, about, result: undefined, error: undefined, ...end });
  }
  return items;
}

/** How an item ended, also one that a job left behind which was given up as a whole. */
function endOf({ status, error }: JobItem): Pick<EndedItem, "status" | "error"> {
  if (status === "planned") return { status: "failed", error: notBegun };
  if (status === "sending" || status === "waiting") return { status: "unknown", error: leftBehind };
  return { status, error };
}

const notBegun = {
  code: "not_begun",
  message: "The job was given up before this item was begun. Nothing was sent for it.",
};

const leftBehind = {
  code: "outcome_unknown",
  message: "The job was given up while this item was under way. It may be carried out all the same.",
};
