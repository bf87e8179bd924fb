import type { Runtime } from "../runtime.ts";

/**
 * Rate budgets, learnt from the upstream's own headers.
 *
 * App Store Connect states them as `X-Rate-Limit: user-hour-lim:3500;user-hour-rem:500;`, on some endpoints for a
 * minute as well, at times in a repeated header. The map is read generically: `<name>-hour-lim`, `<name>-minute-rem`.
 */

/** One window of a budget as a header states it. */
export interface StatedBudget {
  name: string;
  windowMs: number;
  limit: number;
  remaining: number;
}

const windows: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Reads `x-rate-limit`, repeated headers joined by commas included. Junk is passed over. */
export function parseRateLimit(header: string | undefined): StatedBudget[] {
  const values = new Map<string, { limit?: number; remaining?: number }>();
  for (const part of (header ?? "").slice(0, 2048).split(/[;,]/)) {
    const match = /^\s*([a-z]+-(?:second|minute|hour|day))-(lim|rem)\s*:\s*(\d{1,9})\s*$/i.exec(part);
    const [, name, which, number] = match ?? [];
    if (name === undefined || number === undefined) continue;
    const known = values.get(name.toLowerCase()) ?? {};
    if (which?.toLowerCase() === "lim") known.limit = Number(number);
    // Of a repeated header the smaller remainder counts: being slow is safe.
    else known.remaining = Math.min(known.remaining ?? Number.POSITIVE_INFINITY, Number(number));
    values.set(name.toLowerCase(), known);
  }
  return [...values].flatMap(([name, { limit, remaining }]) => {
    const windowMs = windows[name.slice(name.lastIndexOf("-") + 1)];
    return limit && windowMs
      ? [{ name, windowMs, limit, remaining: Math.min(remaining ?? limit, limit) }]
      : [];
  });
}

interface Bucket {
  limit: number;
  windowMs: number;
  /** Calls that may be made, as of `at`. Refills by limit/window, which a rolling window does on average. */
  level: number;
  at: number;
}

interface Account {
  buckets: Map<string, Bucket>;
  /** A 429 asked everybody to wait until then. */
  blockedUntil: number;
}

/** Who a budget belongs to. Windows of an hour and more are the key's, shorter ones differ between endpoints. */
export interface Payer {
  /** The credential at its service. */
  account: string;
  /** The account, and the path template that is called. */
  endpoint: string;
}

/** Accounts kept. An instance serves few credentials, each on a few dozen templates. */
const maxAccounts = 2_000;

/** A wait asked for by one 429 binds the others for this long at most; then one of them asks again. */
const maxBlockMs = 300_000;

/** Paces calls of this process so that the upstream's limits are not hit. */
export interface Pacer {
  /** Milliseconds that the next call has to wait; 0 means that it has taken its place in the budget. */
  take(payer: Payer): number;
  /** Learns from an answer's headers. `retryAfterMs` is given for a 429 only. */
  learn(payer: Payer, header: string | undefined, retryAfterMs?: number): void;
}

/** A pacer of this process. @param runtime only `now` is used. */
export function createPacer(runtime: Pick<Runtime, "now">): Pacer {
  const accounts = new Map<string, Account>();

  function accountOf(key: string): Account {
    let account = accounts.get(key);
    if (!account) {
      account = { buckets: new Map(), blockedUntil: 0 };
      const oldest = accounts.keys().next();
      if (accounts.size >= maxAccounts && !oldest.done) accounts.delete(oldest.value);
      accounts.set(key, account);
    }
    return account;
  }

  function refill(bucket: Bucket, now: number): void {
    const elapsed = Math.max(0, now - bucket.at);
    bucket.level = Math.min(bucket.limit, bucket.level + (elapsed * bucket.limit) / bucket.windowMs);
    bucket.at = now;
  }

  return {
    take({ account, endpoint }) {
      const now = runtime.now();
      const payers = [accountOf(account), accountOf(endpoint)];
      let wait = 0;
      for (const { blockedUntil, buckets } of payers) {
        wait = Math.max(wait, blockedUntil - now);
        for (const bucket of buckets.values()) {
          refill(bucket, now);
          if (bucket.level < 1) wait = Math.max(wait, ((1 - bucket.level) * bucket.windowMs) / bucket.limit);
        }
      }
      if (wait > 0) return Math.ceil(wait);
      for (const { buckets } of payers) for (const bucket of buckets.values()) bucket.level -= 1;
      return 0;
    },
    learn({ account, endpoint }, header, retryAfterMs) {
      const now = runtime.now();
      if (retryAfterMs !== undefined) {
        const blocked = accountOf(endpoint);
        blocked.blockedUntil = Math.max(blocked.blockedUntil, now + Math.min(retryAfterMs, maxBlockMs));
      }
      for (const { name, limit, remaining, windowMs } of parseRateLimit(header)) {
        const { buckets } = accountOf(windowMs >= 3_600_000 ? account : endpoint);
        const bucket = buckets.get(name) ?? { limit, windowMs, level: remaining, at: now };
        refill(bucket, now);
        bucket.limit = limit;
        // Never upwards from an answer: others that are under way have taken their places already.
        bucket.level = Math.min(bucket.level, remaining);
        buckets.set(name, bucket);
      }
    },
  };
}
