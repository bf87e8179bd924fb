import type { JobData } from "../../../jobs/item.ts";

/** What is kept from one step of a subscription to the next. */
export interface Memo {
  /** Place of the first write that was not sent yet. */
  next: number;
  /** Writes that were carried out. */
  written: number;
  /** Writes that were not needed any more: what they ask for was there. */
  unchanged: number;
  /** How often the proof was read without success. */
  looks: number;
  /** Writes in a row whose outcome Apple did not tell: before anything more is sent, it is looked what is there. */
  unsure: number;
  /** Apple's IDs are others than in the plan, which may stand for anything by now: each price is looked up. */
  moved: boolean;
}

export const firstMemo: Memo = { next: 0, written: 0, unchanged: 0, looks: 0, unsure: 0, moved: false };

/** A memo as a row gave it back. Only this folder makes them. */
export function memoOf(data: JobData): Memo {
  return { ...firstMemo, ...data };
}

/** A memo as a row keeps it. */
export function dataOf(memo: Memo): JobData {
  return { ...memo };
}
