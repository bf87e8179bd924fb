import { RelayError } from "../errors.ts";
import type { ItemError } from "./item.ts";

/** What follows from a step that threw. */
export type Verdict =
  | { kind: "again"; waitMs: number; mayBeApplied: boolean; counts: boolean }
  | { kind: "end"; status: "rejected" | "failed" | "unknown"; error: ItemError };

/** Passing faults in a row after which an item is given up: with the waits below that is most of an hour. */
const maxFailures = 10;

/** First wait after a passing fault and the longest one, in milliseconds; doubled each time, with jitter. */
const firstWaitMs = 5_000;
const maxWaitMs = 10 * 60_000;

/** The content of the item is at fault, so sending it again would change nothing. */
const refusals = new Set<string>(["invalid_input", "rejected", "not_found", "upstream_forbidden"]);

/**
 * Decides about a step that threw. A pure function of what is known.
 *
 * A 429 delays and never counts; other passing faults are repeated for a while; after a write of unknown outcome the
 * step is run again and told so.
 *
 * @param failures passing faults in a row before this one.
 * @param random in [0, 1).
 */
export function settle(thrown: unknown, failures: number, random: number): Verdict {
  const error = thrown instanceof RelayError ? thrown : undefined;
  const mayBeApplied = error === undefined || error.outcome === "unknown";
  const passes = mayBeApplied || error.retryable;
  const limited = error?.code === "rate_limited";
  if (passes && (limited || failures < maxFailures)) {
    const asked = (error?.retryAfterSeconds ?? 0) * 1000;
    const backoff = Math.min(maxWaitMs, firstWaitMs * 2 ** failures) * (0.5 + random / 2);
    return { kind: "again", waitMs: Math.round(Math.max(asked, backoff)), mayBeApplied, counts: !limited };
  }
  if (mayBeApplied) return { kind: "end", status: "unknown", error: toItemError(error, unforeseen) };
  return {
    kind: "end",
    status: refusals.has(error.code) ? "rejected" : "failed",
    error: toItemError(error, unforeseen),
  };
}

const unforeseen: ItemError = {
  code: "outcome_unknown",
  message: "Something went wrong inside the relay, and it is not known whether the change was made.",
  hint: "Read back what was to be changed. The function app's log has the correlation ID of the job.",
};

/** What of an error stands in a row. Its text is for callers already. */
export function toItemError(error: RelayError | undefined, otherwise: ItemError): ItemError {
  if (!error) return otherwise;
  const { code, message, hint, details } = error;
  return { code, message, ...(hint !== undefined && { hint }), ...(details && { details }) };
}
