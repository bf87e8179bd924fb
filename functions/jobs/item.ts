import type { ErrorDetail } from "../errors.ts";

/** JSON that is kept with an item or answered for it. */
export type JobData = Readonly<Record<string, unknown>>;

/** Why an item did not come to a good end: the members of the error shape that matter to a row. */
export interface ItemError {
  /** One of `ErrorCode`, or a code of the job's own such as `settings_job_failed`. */
  code: string;
  message: string;
  hint?: string;
  details?: readonly ErrorDetail[];
}

/**
 * How an item can end.
 *
 * `applied`: done. `unchanged`: nothing was to be done. `rejected`: its content was refused, before or by the service.
 * `failed`: it could not be done. `unknown`: a change may have been made, and reading back did not tell. `cancelled`:
 * the job was cancelled before the item was begun.
 */
export const itemEnds = ["applied", "unchanged", "rejected", "failed", "unknown", "cancelled"] as const;

export type ItemEnd = (typeof itemEnds)[number];

/** How an item has ended that nobody has to work on. */
export interface GivenEnd {
  status: ItemEnd;
  result?: JobData | undefined;
  error?: ItemError | undefined;
}

/** An item whose work has ended, as results and lists show it. */
export interface EndedItem {
  /** Place in the call that started the job, from 0. */
  index: number;
  /** What names the item to its owner. Never secret. */
  about: JobData;
  status: ItemEnd;
  result: JobData | undefined;
  error: ItemError | undefined;
}
