import { RelayError } from "../errors.ts";
import type { ItemError } from "./item.ts";

/** What follows from a step that threw. */
export type Verdict =
  | { kind: "again"; waitMs: number; mayBeApplied: boolean; counts: boolean }
  | { kind: "end"; status: "rejected" | "failed" | "unknown"; error: ItemError };

/** What is known of a step that threw. */
export interface Thrown {
  thrown: unknown;
  /** Passing faults in a row before this one. */
  failures: number;
  /** How often the item was taken up, this time included. */
  attempts: number;
  /** Something may have been sent before this step. */
  repeated: boolean;
  /** In [0, 1). */
  random: number;
}

/** Passing faults in a row after which an item is given up: with the waits below that is most of an hour. */
const maxFailures = 10;

/** First wait after a passing fault and the longest one, in milliseconds; doubled each time, with jitter. */
const firstWaitMs = 5_000;
const maxWaitMs = 10 * 60_000;

/** The longest wait for a limit whose service does not say how long it lasts. */
const maxLimitWaitMs = 60_000;

/** The content of the item is at fault, so sending it again would change nothing. */
const refusals = new Set<string>(["invalid_input", "rejected", "not_found", "upstream_forbidden"]);

/**
 * Decides about a step that threw. A pure function of what is known.
 *
 * A 429 delays and never counts; other passing faults are repeated for a while; after a write of unknown outcome the
 * step is run again and told so, also after further faults. What may have been sent never ends as if it had not been.
 */
export function settle({ thrown, failures, attempts, repeated, random }: Thrown): Verdict {
  const error = thrown instanceof RelayError ? thrown : undefined;
  const unknown = error === undefined || error.outcome === "unknown";
  const mayBeApplied = unknown || repeated;
  const limited = error?.code === "rate_limited";
  if ((unknown || error.retryable) && (limited || failures < maxFailures)) {
    const asked = (error?.retryAfterSeconds ?? 0) * 1000;
    const doubled = firstWaitMs * 2 ** Math.min(limited ? attempts - 1 : failures, 20);
    const backoff = Math.min(limited ? maxLimitWaitMs : maxWaitMs, doubled) * (0.5 + random / 2);
    return { kind: "again", waitMs: Math.round(Math.max(asked, backoff)), mayBeApplied, counts: !limited };
  }
  const status = mayBeApplied ? "unknown" : refusals.has(error?.code ?? "") ? "rejected" : "failed";
  return { kind: "end", status, error: toItemError(error, unforeseen) };
}

const unforeseen: ItemError = {
  code: "outcome_unknown",
  message: "Something went wrong inside the relay, and it is not known whether the change was made.",
  hint: "Read back what was to be changed. The function app's log has the correlation ID of the job.",
};

/** What a row can hold of an error: services may name any number of fields, in texts of any length. */
const maxDetails = 20;
const maxField = 200;
const maxMessage = 300;

/** What of an error stands in a row. Its text is for callers already. */
export function toItemError(error: RelayError | undefined, otherwise: ItemError): ItemError {
  if (!error) return otherwise;
  const { code, message, hint, details } = error;
  return {
    code,
    message: message.slice(0, 4 * maxMessage),
    ...(hint !== undefined && { hint }),
    ...(details && {
      details: details.slice(0, maxDetails).map((detail) => ({
        field: detail.field.slice(0, maxField),
        message: detail.message.slice(0, maxMessage),
      })),
    }),
  };
}
