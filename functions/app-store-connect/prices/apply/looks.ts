import { RelayError } from "../../../errors.ts";
import type { ItemError } from "../../../jobs/item.ts";
import type { StepResult } from "../../../jobs/kind.ts";

/**
 * How far a write has got, where a step is not the whole of it.
 *
 * `sent`: it may have been made. `written`: Apple took it, and it was not yet seen.
 */
export interface Memo {
  phase: "sent" | "written";
  /** Looks in this phase that did not find the new schedule. */
  looks: number;
  /** Passing faults of looks in a row; a 429 is none. */
  faults: number;
  /** Writes so far whose outcome Apple did not tell. */
  writes: number;
}

/** A write that was just sent or taken, or that may have been by a step that broke off. */
export function newMemo(phase: Memo["phase"], writes: number): Memo {
  return { phase, looks: 0, faults: 0, writes };
}

/** Apple does not say how soon a write is read back: it is looked for twice before it counts as not made. */
export const looksUntilAbsent = 2;
export const pauseMs = 5_000;

/** A write that Apple took and that is not seen is looked for about five minutes. */
export const looksUntilLost = 12;
export const maxPauseMs = 40_000;

/** An outage is waited for most of an hour, as by every job. */
const maxFaults = 10;
const maxFaultPauseMs = 10 * 60_000;

/**
 * What was not made is sent again, each time after a longer pause: an Apple that answers every write with a 500 is waited
 * for as one that answers no look.
 */
export const maxWrites = maxFaults;

/**
 * How long after a write of unknown outcome it is looked for.
 *
 * @param before writes of unknown outcome before it.
 * @param settledMs when its time has passed.
 */
export function pauseAfterWrite(before: number, settledMs: number): number {
  return before === 0 ? settledMs : Math.max(settledMs, Math.min(maxFaultPauseMs, pauseMs * 2 ** before));
}

/** A further look after a pause. */
export function laterAgain(memo: Memo, waitMs: number): StepResult {
  return { kind: "later", waitMs, memo: { ...memo } };
}

/**
 * What follows from a look that failed. It says nothing of the write, which may have been made: a further look, or an
 * end as unknown.
 */
export function afterFault(thrown: unknown, memo: Memo): StepResult {
  const error = thrown instanceof RelayError ? thrown : undefined;
  const limited = error?.code === "rate_limited";
  const faults = memo.faults + (limited ? 0 : 1);
  const passes = error !== undefined && (error.retryable || error.code === "bad_upstream_response");
  if (!passes || faults >= maxFaults) return { kind: "end", status: "unknown", error: notLooked(error) };
  const asked = (error.retryAfterSeconds ?? 0) * 1000;
  return laterAgain({ ...memo, faults }, Math.max(asked, Math.min(maxFaultPauseMs, pauseMs * 2 ** faults)));
}

export const neitherNor: ItemError = {
  code: "outcome_unknown",
  message:
    "The change may have been made, but the prices that Apple shows are neither those of before nor those of the plan: somebody else may have changed them.",
  hint: "Look at the prices with GetPrices, and make a new plan if they are not as they should be.",
};

export const notSeen: ItemError = {
  code: "outcome_unknown",
  message: "Apple took the change, but reading it back did not show it.",
  hint: "Look at the prices with GetPrices in some minutes, and make a new plan if they are not as they should be.",
};

export const notMade: ItemError = {
  code: "upstream_unavailable",
  message: "Apple did not carry out the change, time after time. The prices are as they were before.",
  hint: "Make a new plan when App Store Connect works again.",
};

function notLooked(error: RelayError | undefined): ItemError {
  return {
    code: "outcome_unknown",
    message: `The change may have been made, but reading it back failed.${error ? ` ${error.message}` : ""}`,
    hint: "Look at the prices with GetPrices, and make a new plan if they are not as they should be.",
  };
}
