import type { UpstreamFailure } from "./failure.ts";

/** At most this many times does one call go upstream (design). */
export const maxAttempts = 4;

/** First back-off and its bound, in milliseconds. Doubled each time, with full jitter, as AWS's paper recommends. */
const firstBackoffMs = 500;
const maxBackoffMs = 8_000;

/** What one attempt came to, as far as retrying is concerned. */
export type AttemptResult =
  | { kind: "answer"; status: number; retryAfterMs: number | undefined }
  | { kind: "failure"; failure: UpstreamFailure };

interface RetryQuestion {
  result: AttemptResult;
  /** Sending the request again can do no harm: a read, or an operation that is idempotent by its nature. */
  repeatable: boolean;
  /** The body is still there to be sent again. */
  resendable: boolean;
  /** 1 for the first. */
  attempt: number;
  /** Milliseconds until the deadline. */
  leftMs: number;
  /** In [0, 1). */
  random: number;
}

/**
 * `again` after a wait; `stop` with what is there; `late` when the wait that the service asks for goes beyond the
 * deadline, so that the caller is told at once instead of being kept.
 */
export type RetryDecision =
  | { kind: "again"; waitMs: number }
  | { kind: "stop" }
  | { kind: "late"; waitMs: number };

/** Whether an attempt is followed by another. A pure function of what is known. */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { result, attempt, leftMs } = question;
  if (!isPassing(question) || !question.resendable || attempt >= maxAttempts) return { kind: "stop" };
  const asked = result.kind === "answer" ? result.retryAfterMs : undefined;
  if (asked !== undefined && asked > leftMs) return { kind: "late", waitMs: asked };
  const ceiling = Math.min(maxBackoffMs, firstBackoffMs * 2 ** (attempt - 1));
  const backoff = Math.round(ceiling * question.random);
  const waitMs = asked === undefined ? backoff : asked + Math.min(backoff, firstBackoffMs);
  return waitMs < leftMs ? { kind: "again", waitMs: Math.max(waitMs, 1) } : { kind: "stop" };
}

/** Whether the fault may pass, and repeating is safe. */
function isPassing({ result, repeatable }: RetryQuestion): boolean {
  if (result.kind === "failure") {
    const { kind, sent } = result.failure;
    if (kind === "unreachable") return true;
    return (kind === "broken" || kind === "truncated") && (repeatable || !sent);
  }
  // A 429 says that the request was not carried out, so a write may follow it too.
  if (result.status === 429) return true;
  return repeatable && (result.status >= 500 || result.status === 408);
}
