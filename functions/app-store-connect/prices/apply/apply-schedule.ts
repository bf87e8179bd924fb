import { RelayError } from "../../../errors.ts";
import type { ItemError, JobData } from "../../../jobs/item.ts";
import type { JobScope, StepResult } from "../../../jobs/kind.ts";
import { toItemError } from "../../../jobs/settle.ts";
import { path } from "../../../upstream/path.ts";
import type { Day, PricedProduct, PriceSchedule, Territory } from "../model.ts";
import { openPriceReader, type PriceReader, readSchedule, readScheduleAgain } from "../read/index.ts";
import { pacificDay, presentSchedule, sameSchedule } from "../timeline/index.ts";
import { isUnknownPoint, lookedUp } from "./looked-up.ts";
import {
  afterFault,
  laterAgain,
  looksUntilAbsent,
  looksUntilLost,
  type Memo,
  maxPauseMs,
  maxWrites,
  neitherNor,
  newMemo,
  notMade,
  notSeen,
  pauseAfterWrite,
  pauseMs,
} from "./looks.ts";
import { sameAmounts } from "./same-amounts.ts";
import { scheduleBody } from "./schedule-body.ts";

/** A product to be brought from one schedule to another. */
export interface ScheduleChange {
  product: PricedProduct;
  before: PriceSchedule;
  after: PriceSchedule;
}

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
  const today = pacificDay(scope.runtime.now());
  if (memo?.phase === "written") return lookForWritten(change, memo, { today, scope });
  const writes = memo?.writes ?? 0;
  if (memo || (step.repeated && changesSomething(change))) {
    // A step that broke off may have sent it whatever was seen before.
    const sent = memo && !step.repeated ? memo : newMemo("sent", writes);
    const settled = await lookForSent(change, sent, { today, scope });
    if (settled) return settled;
  }
  const reader = await openPriceReader(scope);
  const found = await lookBefore(change, { reader, today });
  if (found.kind === "end") return found;
  return write(change, { reader, today, scope, writes, ...found });
}

/** Whether there is anything to send, on whatever day: what a plan leaves as it is is only checked. */
function changesSomething({ before, after }: ScheduleChange): boolean {
  return !sameSchedule(before, after, "");
}

interface Looking {
  scope: JobScope;
  today: Day;
}

/** What was changed. The rows of the result, and what a restore goes back to. */
function done(status: "applied" | "unchanged"): StepResult {
  return { kind: "end", status };
}

/** Whether a write that may have been made was. Undefined: it was not, and may be made. */
async function lookForSent(
  change: ScheduleChange,
  memo: Memo,
  { scope, today }: Looking,
): Promise<StepResult | undefined> {
  let now: PriceSchedule | undefined;
  try {
    now = await readSchedule(await openPriceReader(scope), change.product);
  } catch (thrown) {
    return afterFault(thrown, memo);
  }
  if (now && sameAmounts(now, change.after, today)) return done("applied");
  if (!now || !sameAmounts(now, change.before, today)) {
    return { kind: "end", status: "unknown", error: neitherNor };
  }
  const looks = memo.looks + 1;
  if (looks < looksUntilAbsent) return laterAgain({ ...memo, looks, faults: 0 }, pauseMs);
  return memo.writes < maxWrites ? undefined : { kind: "end", status: "failed", error: notMade };
}

/** The proof: Apple's own amounts, read back. Whatever fails here, the write is made. */
async function lookForWritten(
  change: ScheduleChange,
  memo: Memo,
  { scope, today, base }: Looking & { base?: Territory },
): Promise<StepResult> {
  let now: PriceSchedule | undefined;
  try {
    now = await readSchedule(await openPriceReader(scope), change.product, base);
  } catch (thrown) {
    return afterFault(thrown, memo);
  }
  if (now && sameAmounts(now, change.after, today)) return done("applied");
  const looks = memo.looks + 1;
  const old = now !== undefined && sameAmounts(now, change.before, today);
  if (looks >= looksUntilLost) return { kind: "end", status: "unknown", error: old ? notSeen : neitherNor };
  return laterAgain({ ...memo, looks, faults: 0 }, Math.min(maxPauseMs, pauseMs * looks));
}

/** What a look right before the write found: an end, or that the product is as the plan says. */
type Found =
  | Extract<StepResult, { kind: "end" }>
  | {
      kind: "as-planned";
      /** Its prices have other IDs than in the plan, so that those of the plan may stand for anything by now. */
      moved: boolean;
    };

async function lookBefore(
  { product, before, after }: ScheduleChange,
  { reader, today }: { reader: PriceReader; today: Day },
): Promise<Found> {
  const quick = await readScheduleAgain(reader, product);
  let moved = false;
  if (!quick || !sameSchedule(quick, before, today)) {
    // Before anything is said of it the amounts are read too: the quick look goes by the IDs of prices.
    const now = await readSchedule(reader, product);
    if (now && sameAmounts(now, after, today)) return { kind: "end", status: "unchanged" };
    if (!now || !sameAmounts(now, before, today)) {
      return { kind: "end", status: "rejected", error: scheduleChanged };
    }
    moved = true;
  }
  // A plan has products that stand as asked, and changes whose last day has passed since.
  if (sameAmounts(before, after, today)) return { kind: "end", status: "unchanged" };
  return { kind: "as-planned", moved };
}

async function write(
  change: ScheduleChange,
  { reader, today, scope, writes, moved }: Looking & { reader: PriceReader; writes: number; moved: boolean },
): Promise<StepResult> {
  const after = presentSchedule(change.after, today);
  const untilSettled = scope.deadline.left() + settledMs;
  try {
    await send(reader, change.product, moved ? await lookedUp(reader, change.product, after) : after);
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.outcome === "unknown") {
      return laterAgain(newMemo("sent", writes + 1), pauseAfterWrite(writes, untilSettled));
    }
    if (thrown instanceof RelayError && thrown.code === "rejected") {
      return { kind: "end", status: "rejected", error: refusal(thrown) };
    }
    throw thrown;
  }
  // Apple has just taken a schedule with this base, so its prices are what is left to be proved.
  const base = after.baseTerritory;
  return lookForWritten(change, newMemo("written", writes), { scope, today, base });
}

/** Sends the schedule; where Apple does not know a price point, with points that are looked up for this product alone. */
async function send(reader: PriceReader, product: PricedProduct, after: PriceSchedule): Promise<void> {
  const target = product.kind === "app" ? path`/v1/appPriceSchedules` : path`/v1/inAppPurchasePriceSchedules`;
  try {
    await reader.connect.write("POST", target, scheduleBody(product, after));
  } catch (thrown) {
    if (!isUnknownPoint(thrown)) throw thrown;
    await reader.connect.write("POST", target, scheduleBody(product, await lookedUp(reader, product, after)));
  }
}

/** A refusal for a row, which has no place for Apple's own code but the text. */
function refusal(error: RelayError): ItemError {
  const item = toItemError(error, neitherNor);
  const code = error.upstream?.code;
  return code === undefined || item.message.includes(code)
    ? item
    : { ...item, message: `${item.message} (${code})` };
}

const scheduleChanged: ItemError = {
  code: "schedule_changed",
  message:
    "The prices of this product were changed by somebody else after the plan was made. Nothing was sent for it.",
  hint: "Make a new plan for it, which starts from the prices as they are now.",
};
