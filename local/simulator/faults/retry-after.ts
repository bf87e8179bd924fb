import type { RetryAfter } from "./fault.ts";

/** The header's value for a service whose clock says `nowMs`. */
export function retryAfterValue(retryAfter: RetryAfter, nowMs: number): string {
  if ("seconds" in retryAfter) return String(retryAfter.seconds);
  if ("httpDate" in retryAfter) return new Date(nowMs + retryAfter.httpDate * 1000).toUTCString();
  if ("unixMilliseconds" in retryAfter) return String(nowMs + retryAfter.unixMilliseconds * 1000);
  return retryAfter.raw;
}
