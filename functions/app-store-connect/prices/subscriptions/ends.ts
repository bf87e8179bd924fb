import type { RelayError } from "../../../errors.ts";
import type { JobData } from "../../../jobs/item.ts";
import type { StepResult } from "../../../jobs/kind.ts";
import { toItemError } from "../../../jobs/settle.ts";
import type { Territory } from "../model.ts";
import { type Memo, memoOf } from "./memo.ts";
import type { SubscriptionWrite } from "./model.ts";
import { territoriesOf } from "./progress.ts";
import { several } from "./warnings.ts";

/** The content was refused, so that sending it again would change nothing. */
const refusals = new Set<string>(["rejected", "not_found", "upstream_forbidden"]);

/** What a row tells of the work so far: writes that were carried out, and such as were not needed any more. */
export function resultOf({ written, unchanged }: Memo): JobData {
  return { written, unchanged };
}

/** The same for a job that breaks off. */
export function resultOfMemo(memo: JobData): JobData {
  return resultOf(memoOf(memo));
}

/** Somebody else has changed prices since the plan was made. @param begun whether something of it may be written. */
export function changedSince(territories: readonly Territory[], begun: boolean, memo: Memo): StepResult {
  return {
    kind: "end",
    status: begun ? "unknown" : "rejected",
    ...(begun && { result: resultOf(memo) }),
    error: {
      code: "schedule_changed",
      message: `Prices of the subscription in ${several(territories)} were changed by somebody else since the plan was made.`,
      hint: begun
        ? "Some prices of the plan may be set. Plan again: the new plan shows what is there and what is left."
        : "Nothing was written. Plan again and look at what has changed.",
    },
  };
}

/** A price that was to be removed holds by now. */
export function hasBegun(territories: readonly Territory[], memo: Memo): StepResult {
  const begun = memo.written > 0;
  return {
    kind: "end",
    status: begun ? "failed" : "rejected",
    ...(begun && { result: resultOf(memo) }),
    error: {
      code: "schedule_changed",
      message: `A price in ${several(territories)} that was to be removed before its start has begun.`,
      hint: "Plan again: what has begun can only be followed by another price.",
    },
  };
}

/** A write was refused, or cannot be sent; those after it were not sent. */
export function refused(error: RelayError, write: SubscriptionWrite, writes: number, memo: Memo): StepResult {
  const said = toItemError(error, { code: error.code, message: error.message });
  const where = several(territoriesOf(write));
  const message = `${where}: ${said.message}`;
  if (memo.written === 0) {
    const status = refusals.has(error.code) ? "rejected" : "failed";
    return { kind: "end", status, error: { ...said, message } };
  }
  const left = writes - memo.written - memo.unchanged;
  return {
    kind: "end",
    status: "failed",
    result: { ...resultOf(memo), left },
    error: {
      ...said,
      code: "partly_applied",
      message: `${memo.written} of ${writes} writes were carried out and ${left} were not, since one was refused. ${message}`,
      hint: "Correct what is named and plan again: the new plan shows what is left.",
    },
  };
}

/** Reading back does not show what was written. */
export function notAsPlanned(territories: readonly Territory[], memo: Memo): StepResult {
  return {
    kind: "end",
    status: "unknown",
    result: resultOf(memo),
    error: {
      code: "not_as_planned",
      message: `Everything was sent, but the prices in ${several(territories)} are not as planned.`,
      hint: "Read the prices again in a few minutes, and plan again if they are still not as they should be.",
    },
  };
}

/** Everything was sent, and reading back is refused or makes no sense. */
export function notSeen(memo: Memo): StepResult {
  return {
    kind: "end",
    status: "unknown",
    result: resultOf(memo),
    error: {
      code: "outcome_unknown",
      message: "Everything was sent, but the prices could not be read back.",
      hint: "Read the prices with GetPrices, and plan again if they are not as they should be.",
    },
  };
}

/** Apple did not carry out a write, time after time, as reading shows. @param writes all of the plan. */
export function notMade(writes: number, memo: Memo): StepResult {
  const left = writes - memo.written - memo.unchanged;
  return {
    kind: "end",
    status: "failed",
    result: { ...resultOf(memo), left },
    error: {
      code: memo.written === 0 ? "upstream_unavailable" : "partly_applied",
      message: `Apple did not carry out a write, time after time. ${memo.written} of ${writes} writes were carried out and ${left} were not.`,
      hint: "Plan again when App Store Connect works again: the new plan shows what is left.",
    },
  };
}
