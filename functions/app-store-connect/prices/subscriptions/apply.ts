import { RelayError } from "../../../errors.ts";
import type { JobData } from "../../../jobs/item.ts";
import type { JobScope, StepResult } from "../../../jobs/kind.ts";
import { isUnknownPoint, pointNow } from "../apply/looked-up.ts";
import type { Day, PricedProduct } from "../model.ts";
import { openPriceReader, type PriceReader, readSubscriptionPrices } from "../read/index.ts";
import { addDays, pacificDay } from "../timeline/days.ts";
import { changedSince, hasBegun, notAsPlanned, notMade, notSeen, refused, resultOf } from "./ends.ts";
import { dataOf, firstMemo, type Memo, memoOf } from "./memo.ts";
import {
  mayHaveSubscribers,
  type PlannedSubscription,
  type StartingPrice,
  type SubscriptionWrite,
} from "./model.ts";
import { otherIds, type Progress, progressOf, startToSend, territoriesOf } from "./progress.ts";
import { sendWrite } from "./send.ts";
import { forNewSubscribers } from "./timeline.ts";

/** Writes of one step: a call takes about a second, and a step has half a minute. */
const writesAtOnce = 10;

/** A write is begun only while so much of the step is left, in milliseconds: its answer may be slow. */
const reserveMs = 12_000;

/** How often and how long apart the prices are read for the proof: Apple does not say how soon a read shows a write. */
const maxLooks = 3;
const lookAgainMs = 5_000;

/** A passing fault after writes that succeeded is waited for, in seconds, where the service names no wait. */
const faultWaitSeconds = 5;

/** Added to the end of a write's time before it is looked for. */
const settledMs = 2_000;

/** Writes of unknown outcome in a row that are sent again, and the longest pause: an outage is waited for most of an hour. */
const maxUnsure = 10;
const maxFaultPauseMs = 10 * 60_000;

export interface SubscriptionStep {
  product: PricedProduct;
  planned: PlannedSubscription;
  /** What the step before kept; absent in the first. */
  memo: JobData | undefined;
  /** A step like this was begun before and its end is not known. */
  repeated: boolean;
}

/** One step of a subscription, with all that its parts need. */
interface Work extends SubscriptionStep {
  scope: JobScope;
  reader: PriceReader;
  /** Prices of today are not taken. */
  live: boolean;
  today: Day;
  tomorrow: Day;
}

/**
 * Carries out one step of a planned subscription: a few writes, or the proof by reading. A subscription has prices in up
 * to 175 territories and takes one write for each, so that it needs many steps.
 *
 * Before the first write the prices are compared with what the plan was made of. What a step kept is trusted, but not
 * after one whose end is not known: then the prices tell how far it came, and only what is missing is sent. Nothing is
 * sent when somebody else changed a price meanwhile.
 *
 * A refusal ends the item: before anything was written as `rejected`, later as `failed` with `partly_applied`, and the
 * writes that are left are not sent. A midnight between plan and write moves a start that is not taken any more to the
 * next day.
 *
 * @throws RelayError what passes, while nothing of the step is written: it is to be run again.
 */
export async function applySubscription(step: SubscriptionStep, scope: JobScope): Promise<StepResult> {
  const today = pacificDay(scope.runtime.now());
  const work: Work = {
    ...step,
    scope,
    reader: await openPriceReader(scope),
    // Without a price it has no subscribers, whatever its state says.
    live: mayHaveSubscribers(step.product.state) && step.planned.before.length > 0,
    today,
    tomorrow: addDays(today, 1),
  };
  const { writes } = step.planned;
  const memo = step.memo ? memoOf(step.memo) : firstMemo;
  if (step.memo && !step.repeated && memo.unsure === 0) {
    const left = writes.flatMap((_write, place) => (place < memo.next ? [] : [place]));
    return send(work, memo, left);
  }
  const { done, moved, changed, present } = await look(work, memo.next);
  const found = { ...memo, moved: memo.moved || otherIds(step.planned, present) };
  if (memo === firstMemo && !step.repeated) {
    if (moved.length > 0) return changedSince(moved, false, memo);
    const all = [...writes.keys()];
    return all.length === 0 ? ended(memo) : send(work, found, all);
  }
  if (changed.length > 0) return changedSince(changed, true, memo);
  const left = [...done.entries()].flatMap(([place, isDone]) => (isDone ? [] : [place]));
  // What a lost answer leaves uncounted is counted by what is there.
  const written = writes.length - left.length - memo.unchanged;
  const now = { ...found, written, unsure: written > memo.written ? 0 : memo.unsure };
  if (left.length === 0) return ended(now);
  return now.unsure < maxUnsure ? send(work, now, left) : notMade(writes.length, now);
}

/** Sends what is left, as far as the step goes; then the proof. @param left places of writes, in order. */
async function send(work: Work, before: Memo, left: readonly number[]): Promise<StepResult> {
  const { scope, planned, today } = work;
  const { writes } = planned;
  // Apple is never asked to delete the price of today: nobody knows what would hold then.
  const begun = left.flatMap((place) => {
    const write = writes[place];
    return write?.kind === "delete" && write.startDate <= today ? [write.territory] : [];
  });
  if (begun.length > 0) return hasBegun(begun, before);

  let memo = before;
  let sent = 0;
  for (const place of left) {
    const write = writes[place];
    if (write === undefined) continue;
    memo = { ...memo, next: place };
    if (sent === writesAtOnce || scope.deadline.left() < reserveMs) return later(memo, 0);
    const current = asSentToday(write, work);
    try {
      if (current) {
        memo = await sendNow(work, current, memo);
        sent += 1;
        memo = { ...memo, written: memo.written + 1, unsure: 0 };
      } else memo = { ...memo, unchanged: memo.unchanged + 1 };
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      if (error.outcome === "unknown")
        return later({ ...memo, unsure: memo.unsure + 1 }, pauseUnsure(work, memo));
      if (error.retryable && sent === 0) throw error;
      // What this step has written must be kept with it, so the wait is its own.
      if (error.retryable) return later(memo, 1000 * (error.retryAfterSeconds ?? faultWaitSeconds));
      const isThere = tellsOfSame(write, error) && (await look(work, place)).done[place] === true;
      if (!isThere) return refused(error, write, writes.length, memo);
      memo = { ...memo, unchanged: memo.unchanged + 1 };
    }
  }
  memo = { ...memo, next: writes.length };
  if (scope.deadline.left() < reserveMs) return later(memo, 0);
  try {
    return await prove(work, memo);
  } catch (error) {
    // Whatever fails here, the writes are made.
    if (!(error instanceof RelayError)) throw error;
    if (!error.retryable) return notSeen(memo);
    if (sent === 0) throw error;
    return later(memo, 1000 * (error.retryAfterSeconds ?? faultWaitSeconds));
  }
}

/**
 * Sends one write by the IDs of now: those of the plan where they still stand for what they did, else such as are looked
 * up. Where Apple does not know a price point, nothing was changed, and it is looked up too.
 *
 * @returns the memo, with what was found of the IDs.
 */
async function sendNow(work: Work, write: SubscriptionWrite, memo: Memo): Promise<Memo> {
  const { scope, reader, product } = work;
  const send = (one: SubscriptionWrite) => sendWrite(scope, reader, product.id, one);
  try {
    await send(memo.moved ? await lookedUp(work, write) : write);
    return memo;
  } catch (error) {
    if (memo.moved || write.kind !== "create" || !isUnknownPoint(error)) throw error;
    await send(await lookedUp(work, write));
    return { ...memo, moved: true };
  }
}

/** A write with the IDs that Apple has for it now. First prices have none to be told by, and go as they were planned. */
async function lookedUp(work: Work, write: SubscriptionWrite): Promise<SubscriptionWrite> {
  const { reader, product } = work;
  switch (write.kind) {
    case "first":
      return write;
    case "create":
      return { ...write, point: await pointNow(reader, product, write.territory, write.point.price) };
    case "delete": {
      const price = (await readPresent(work)).find(
        ({ territory, startDate }) => territory === write.territory && startDate === write.startDate,
      );
      return { ...write, id: price?.id ?? write.id };
    }
  }
}

/** A write of unknown outcome is looked for when its time has passed, and later the more often that happens. */
function pauseUnsure({ scope }: Work, { unsure }: Memo): number {
  return Math.max(scope.deadline.left() + settledMs, Math.min(maxFaultPauseMs, lookAgainMs * 2 ** unsure));
}

/** Reads everything back: each write of the plan must be there, and everything else as it was. */
async function prove(work: Work, memo: Memo): Promise<StepResult> {
  const { done, changed } = await look(work, memo.next);
  const missing = work.planned.writes.filter((_write, place) => done[place] !== true);
  if (missing.length === 0 && changed.length === 0) {
    return ended(memo);
  }
  if (memo.looks + 1 < maxLooks) return later({ ...memo, looks: memo.looks + 1 }, lookAgainMs);
  return notAsPlanned([...new Set([...changed, ...missing.flatMap(territoriesOf)])].sort(), memo);
}

/** Reads the prices and tells how far the plan has come. @param sent so many writes are known to be sent. */
async function look(work: Work, sent: number): Promise<Progress & { present: readonly StartingPrice[] }> {
  const { planned, today, tomorrow, live } = work;
  const present = await readPresent(work);
  return { ...progressOf({ planned, present, today, tomorrow, live, sent }), present };
}

async function readPresent({ reader, product, today }: Work): Promise<StartingPrice[]> {
  return forNewSubscribers(await readSubscriptionPrices(reader, product), today);
}

/**
 * A write as it is sent today; undefined where it was moved to the day on which the next price of its territory starts,
 * and so never holds.
 */
function asSentToday(write: SubscriptionWrite, work: Work): SubscriptionWrite | undefined {
  if (write.kind !== "create") return write;
  const startDate = startToSend(write.startDate, work);
  const later = work.planned.writes.slice(work.planned.writes.indexOf(write) + 1);
  const isOver = later.some(
    (other) =>
      other.kind === "create" &&
      other.territory === write.territory &&
      startToSend(other.startDate, work) === startDate,
  );
  return isOver ? undefined : { ...write, startDate };
}

/** Whether a refusal may mean that what was asked for is there: Apple refuses a price that is the same again. */
function tellsOfSame(write: SubscriptionWrite, { code, status }: RelayError): boolean {
  return write.kind === "delete" ? code === "not_found" : code === "rejected" && status === 409;
}

function ended(memo: Memo): StepResult {
  return { kind: "end", status: memo.written === 0 ? "unchanged" : "applied", result: resultOf(memo) };
}

function later(memo: Memo, waitMs: number): StepResult {
  return { kind: "later", waitMs, memo: dataOf(memo) };
}
