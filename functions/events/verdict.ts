import type { FlowAnswer } from "./post.ts";

/** What is done after an attempt, and what the log says of it. */
export type Verdict =
  | { kind: "delivered"; outcome: string }
  /** The flow is gone: nothing more is sent to it. */
  | { kind: "gone"; outcome: string }
  | { kind: "again"; waitMs: number; outcome: string }
  | { kind: "failed"; outcome: string };

/** An attempt that got no answer: why, in plain words. */
export type NoAnswer = { noAnswer: string };

/** A delivery is tried for a day (Power Platform may be down for hours, seldom for longer). */
const triedMs = 24 * 3_600_000;

/** First wait, doubled each time. */
const firstWaitMs = 5_000;
const maxWaitMs = 3_600_000;

/**
 * Decides about an attempt. Pure.
 *
 * @param attempts how many were made, this one included.
 * @param ageMs since the delivery was planned.
 * @param now milliseconds since the epoch, for `Retry-After` that is a date.
 * @param random in [0, 1).
 */
export function judge(
  answer: FlowAnswer | NoAnswer,
  { attempts, ageMs, now, random }: { attempts: number; ageMs: number; now: number; random: number },
): Verdict {
  const said = "noAnswer" in answer ? answer.noAnswer : `The flow answered ${answer.status}.`;
  const status = "noAnswer" in answer ? 0 : answer.status;
  if (status >= 200 && status < 300) return { kind: "delivered", outcome: "The flow took the event." };
  if (status === 404 || status === 410) {
    return { kind: "gone", outcome: `${said} It is gone, so the subscription has ended.` };
  }
  const backoff = Math.min(maxWaitMs, firstWaitMs * 2 ** Math.min(20, attempts - 1)) * (0.75 + random / 2);
  const asked = "noAnswer" in answer ? undefined : retryAfterMs(answer.retryAfter, now);
  const waitMs = Math.round(Math.min(maxWaitMs, Math.max(backoff, asked ?? 0)));
  if (ageMs + waitMs > triedMs) {
    return { kind: "failed", outcome: `${said} It was tried for a day and given up.` };
  }
  const redirected = status >= 300 && status < 400 ? " Redirects are not followed." : "";
  return { kind: "again", waitMs, outcome: `${said}${redirected} It is tried again.` };
}

/** Seconds or a date (RFC 9110, 10.2.3); anything else counts as absent. */
function retryAfterMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
