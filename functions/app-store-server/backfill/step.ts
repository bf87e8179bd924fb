import { RelayError } from "../../errors.ts";
import type { ItemError } from "../../jobs/item.ts";
import type { ItemStep, JobScope, StepResult } from "../../jobs/kind.ts";
import { openAppStoreServer } from "../client.ts";
import { type Brought, bringPage, nothing, sum } from "./bring.ts";
import { earliestStart } from "./history-range.ts";
import type { BackfillInput, NotificationCounts } from "./job.ts";

/** What is kept from page to page of a window. */
interface Memo {
  /** As Apple was asked for the first page: every other one is asked with the same. */
  startDate: number;
  token: string | undefined;
  pages: number;
  brought: Brought;
  /** Of an earlier reading of the window that could not go on: these are known to this one. */
  storedBefore: number;
  reasons: string[];
  /** `brought` under the names of the row. */
  counts: NotificationCounts;
}

/** Pages of one window, which are two million notifications: a history that goes round in circles ends. */
const maxPages = 100_000;

/** Reasons that a row tells of. */
const maxReasons = 5;

/** What Apple says of a page that it has forgotten. Source: Apple, PaginationTokenExpiredError, InvalidPaginationTokenError. */
const lostPlace = new Set(["4000017", "4000014"]);

/** Reads one page of the window and brings it in. A page that is read again changes nothing. */
export async function backfillStep({ input, memo }: ItemStep, scope: JobScope): Promise<StepResult> {
  // Only the operation makes inputs, and only this step memos.
  const { bundleId, environment, startDate, endDate } = input as BackfillInput;
  const begun = (memo as unknown as Memo | undefined) ?? {
    // What Apple has forgotten by now is gone; the rest of the window is not.
    ...firstPage(Math.max(startDate, earliestStart(environment, scope.runtime.now()))),
    storedBefore: 0,
  };
  if (begun.startDate >= endDate) return end(begun);
  const server = await openAppStoreServer(scope, bundleId, environment);
  try {
    const page = await bringPage(scope, server, { startDate: begun.startDate, endDate }, begun.token);
    const brought = sum(begun.brought, page.brought);
    const read: Memo = {
      ...begun,
      token: page.next,
      pages: begun.pages + 1,
      brought,
      reasons: [...new Set([...begun.reasons, ...page.reasons])].slice(0, maxReasons),
      counts: toCounts(brought, begun.storedBefore),
    };
    if (read.token === undefined) return end(read);
    if (read.pages >= maxPages) return { ...end(read), status: "failed", error: endless };
    return { kind: "later", waitMs: 0, memo: { ...read } };
  } catch (error) {
    const isLost = error instanceof RelayError && lostPlace.has(error.upstream?.code ?? "");
    if (!isLost || begun.token === undefined) throw error;
    const storedBefore = begun.storedBefore + begun.brought.stored;
    return {
      kind: "later",
      waitMs: 0,
      memo: { ...firstPage(begun.startDate), storedBefore, counts: toCounts(nothing, storedBefore) },
    };
  }
}

function firstPage(startDate: number): Omit<Memo, "storedBefore"> {
  return {
    startDate,
    token: undefined,
    pages: 0,
    brought: nothing,
    reasons: [],
    counts: toCounts(nothing, 0),
  };
}

function end({ brought, reasons, counts, storedBefore }: Memo) {
  const { stored, refused } = brought;
  const result = { ...counts };
  if (refused > 0) {
    return { kind: "end", status: "failed", result, error: notBelieved(refused, reasons) } as const;
  }
  return { kind: "end", status: stored + storedBefore > 0 ? "applied" : "unchanged", result } as const;
}

/** What an earlier reading of the window had stored is new, and known to the reading that came after it. */
function toCounts({ read, stored, known, past, refused }: Brought, storedBefore: number): NotificationCounts {
  return {
    notificationsRead: read,
    notificationsNew: stored + storedBefore,
    notificationsKnown: Math.max(0, known - storedBefore),
    notificationsPast: past,
    notificationsRefused: refused,
  };
}

function notBelieved(refused: number, reasons: readonly string[]): ItemError {
  return {
    code: "notifications_refused",
    message: `${refused} ${refused === 1 ? "notification was" : "notifications were"} not brought in; the others were. ${reasons.join(" ")}`,
    hint: "Check that bundle-ids and app-apple-ids of the credential name the app, and send the call again: what is there already stays as it is.",
  };
}

const endless: ItemError = {
  code: "bad_upstream_response",
  message: "Apple's history of this window has no end.",
  hint: "Ask for a shorter time.",
};
