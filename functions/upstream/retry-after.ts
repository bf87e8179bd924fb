/**
 * Wait that a `Retry-After` asks for, in milliseconds from `now`; undefined when it says nothing usable.
 *
 * Forms: whole seconds and an HTTP date (RFC 9110), and a UNIX time in milliseconds (the App Store Server API).
 * Numbers above 10^11 are times: as seconds they would be 3,000 years.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  if (/^\d{1,16}$/.test(text)) {
    const number = Number(text);
    return number > 1e11 ? Math.max(0, number - now) : number * 1000;
  }
  const date = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** No caller is told to wait longer than this: a flow that sleeps for years is a flow that is forgotten. */
const longestWaitSeconds = 3600;

/** Whole seconds for our own `Retry-After`: at least 1, so that nobody comes back at once, at most an hour. */
export function retryAfterSeconds(waitMs: number): number {
  return Math.min(longestWaitSeconds, Math.max(1, Math.ceil(waitMs / 1000)));
}
