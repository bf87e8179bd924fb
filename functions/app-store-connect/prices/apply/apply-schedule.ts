import { RelayError } from "../../../errors.ts";
import type { ItemError, JobData } from "../../../jobs/item.ts";
import type { JobScope, StepResult } from "../../../jobs/kind.ts";
import { toItemError } from "../../../jobs/settle.ts";
import { path } from "../../../upstream/path.ts";
import { sameAmount } from "../amounts.ts";
import type { Day, PricedProduct, PricePoint, PriceSchedule, Territory } from "../model.ts";
import {
  openPriceReader,
  type PriceReader,
  readPricePoints,
  readSchedule,
  readScheduleAgain,
} from "../read/index.ts";
import { pacificDay, presentSchedule, sameSchedule } from "../timeline/index.ts";
import { sameAmounts } from "./same-amounts.ts";
import { scheduleBody } from "./schedule-body.ts";

/** A product to be brought from one schedule to another. */
export interface ScheduleChange {
  product: PricedProduct;
  before: PriceSchedule;
  after: PriceSchedule;
}

/**
 * How far it has got, where a step is not the whole of it.
 *
 * `sent`: the write may have been made. `written`: Apple took it, and it was not yet seen.
 */
interface Memo {
  phase: "sent" | "written";
  /** Looks in this phase that found the old schedule. */
  looks: number;
}

/** Apple does not say how soon a write is read back: it is looked for twice before it counts as not made. */
const looksUntilAbsent = 2;
const pauseMs = 5_000;

/** A write that Apple took and that is not seen is looked for about five minutes. */
const looksUntilLost = 12;
const maxPauseMs = 40_000;

/** Added to the end of a write's time before it is looked for. */
const settledMs = 2_000;

/**
 * One step: a look right before the write, the write, and the proof after it.
 *
 * What may have been sent is first looked for, after its time has passed. So it is sent once: again only where the old
 * schedule was seen twice.
 *
 * @param step `memo` of the step before; `repeated`: a step like this was begun and its end not recorded.
 */
export async function applySchedule(
  change: ScheduleChange,
  step: { memo: JobData | undefined; repeated: boolean },
  scope: JobScope,
): Promise<StepResult> {
  // Only this file makes memos.
  const memo = step.memo as Memo | undefined;
  const reader = await openPriceReader(scope);
  const today = pacificDay(scope.runtime.now());
  if (memo?.phase === "written") return lookForWritten(change, memo, { reader, today });
  if (memo || step.repeated) {
    // What a step of unknown end has sent was looked for by none of the looks before it.
    const sent: Memo = memo && !step.repeated ? memo : { phase: "sent", looks: 0 };
    const settled = await settle(change, sent, { reader, today });
    if (settled) return settled;
  }
  const changed = await changedSince(change, { reader, today });
  if (changed) return changed;
  return write(change, { reader, today, scope });
}

interface Looking {
  reader: PriceReader;
  today: Day;
}

/** What was changed. The rows of the result, and what a restore goes back to. */
function done(status: "applied" | "unchanged"): StepResult {
  return { kind: "end", status };
}

function later(memo: Memo, waitMs: number): StepResult {
  return { kind: "later", waitMs, memo: { ...memo } };
}

/** Whether a write that may have been made was. Undefined: it was not, and may be made. */
async function settle(change: ScheduleChange, memo: Memo, looking: Looking): Promise<StepResult | undefined> {
  const now = await readSchedule(looking.reader, change.product);
  const { before, after } = change;
  if (now && sameAmounts(now, after, looking.today)) return done("applied");
  if (!now || !sameAmounts(now, before, looking.today)) {
    return { kind: "end", status: "unknown", error: neitherNor };
  }
  const looks = memo.looks + 1;
  return looks < looksUntilAbsent ? later({ phase: "sent", looks }, pauseMs) : undefined;
}

/** Looks whether somebody else was there since the plan was made. Undefined: nobody was. */
async function changedSince(
  { product, before, after }: ScheduleChange,
  { reader, today }: Looking,
): Promise<StepResult | undefined> {
  const quick = await readScheduleAgain(reader, product);
  if (quick && sameSchedule(quick, before, today)) return undefined;
  // Before anything is said of it the amounts are read too: the quick look goes by the IDs of prices.
  const now = await readSchedule(reader, product);
  if (now && sameAmounts(now, before, today)) return undefined;
  if (now && sameAmounts(now, after, today)) return done("unchanged");
  return { kind: "end", status: "rejected", error: scheduleChanged };
}

async function write(
  change: ScheduleChange,
  { reader, today, scope }: Looking & { scope: JobScope },
): Promise<StepResult> {
  const after = presentSchedule(change.after, today);
  const untilSettled = scope.deadline.left() + settledMs;
  try {
    await send(reader, change.product, after);
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.outcome === "unknown") {
      return later({ phase: "sent", looks: 0 }, untilSettled);
    }
    if (thrown instanceof RelayError && thrown.code === "rejected") {
      return { kind: "end", status: "rejected", error: toItemError(thrown, neitherNor) };
    }
    throw thrown;
  }
  return lookForWritten(change, { phase: "written", looks: 0 }, { reader, today });
}

/** Sends the schedule; where Apple does not know a price point, with points that are looked up for this product alone. */
async function send(reader: PriceReader, product: PricedProduct, after: PriceSchedule): Promise<void> {
  const target = product.kind === "app" ? path`/v1/appPriceSchedules` : path`/v1/inAppPurchasePriceSchedules`;
  try {
    await reader.connect.write("POST", target, scheduleBody(product, after));
  } catch (thrown) {
    const refused = thrown instanceof RelayError && thrown.code === "rejected";
    if (!refused || !thrown.upstream?.code?.startsWith(unknownPoint)) throw thrown;
    await reader.connect.write("POST", target, scheduleBody(product, await lookedUp(reader, product, after)));
  }
}

/** Apple's code for a price point that the product does not have: nothing was changed. */
const unknownPoint = "ENTITY_ERROR.NOT_FOUND";

async function lookedUp(
  reader: PriceReader,
  product: PricedProduct,
  { baseTerritory, manual }: PriceSchedule,
): Promise<PriceSchedule> {
  const found = new Map<
    Territory,
    PriceSchedule["manual"] extends ReadonlyMap<string, infer List> ? List : never
  >();
  for (const [territory, intervals] of manual) {
    const points = await readPricePoints(reader, product, territory, undefined, { own: true });
    found.set(
      territory,
      intervals.map((interval) => ({ ...interval, point: sameAmountIn(points, interval.point) })),
    );
  }
  return { baseTerritory, manual: found };
}

function sameAmountIn(points: readonly PricePoint[], wanted: PricePoint): PricePoint {
  const same = points.filter(({ price }) => sameAmount(price, wanted.price));
  const [only] = same;
  // With several of one amount the plan's own point stays, and Apple's refusal stands.
  return only && same.length === 1 ? only : wanted;
}

/** The proof: Apple's own amounts, read back. Whatever fails here, the write is made. */
async function lookForWritten(
  change: ScheduleChange,
  memo: Memo,
  { reader, today }: Looking,
): Promise<StepResult> {
  const looks = memo.looks + 1;
  const again = (waitMs: number) => later({ phase: "written", looks }, waitMs);
  let now: PriceSchedule | undefined;
  try {
    now = await readSchedule(reader, change.product);
  } catch (thrown) {
    const passes =
      thrown instanceof RelayError && (thrown.retryable || thrown.code === "bad_upstream_response");
    const limited = passes && thrown.code === "rate_limited";
    if (!passes || (!limited && looks >= looksUntilLost)) {
      return { kind: "end", status: "unknown", error: notSeen };
    }
    const waitMs = Math.max(pauseMs, (thrown.retryAfterSeconds ?? 0) * 1000);
    // A limit is waited for and does not count.
    return limited ? later(memo, waitMs) : again(waitMs);
  }
  if (now && sameAmounts(now, change.after, today)) return done("applied");
  const old = now !== undefined && sameAmounts(now, change.before, today);
  if (looks >= looksUntilLost) return { kind: "end", status: "unknown", error: old ? notSeen : neitherNor };
  return again(Math.min(maxPauseMs, pauseMs * looks));
}

const scheduleChanged: ItemError = {
  code: "schedule_changed",
  message:
    "The prices of this product were changed by somebody else after the plan was made. Nothing was sent for it.",
  hint: "Make a new plan for it, which starts from the prices as they are now.",
};

const neitherNor: ItemError = {
  code: "outcome_unknown",
  message:
    "The change may have been made, but the prices that Apple shows are neither those of before nor those of the plan: somebody else may have changed them.",
  hint: "Look at the prices with GetPrices, and make a new plan if they are not as they should be.",
};

const notSeen: ItemError = {
  code: "outcome_unknown",
  message: "Apple took the change, but reading it back did not show it.",
  hint: "Look at the prices with GetPrices in some minutes, and make a new plan if they are not as they should be.",
};
