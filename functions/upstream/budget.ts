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
  /** Calls of this process that still count, oldest first. */
  own: Slot[];
  /** Calls of others that counted `at`, as the headers have it. They leave the window evenly, since nobody knows when. */
  others: number;
  at: number;
}

/** Calls that were made close together: from `at` to a slot's length later. */
interface Slot {
  at: number;
  calls: number;
}

/** A window is kept in so many parts, which bounds what one budget takes up whatever its limit is. */
const slotsPerWindow = 120;

interface Account {
  buckets: Map<string, Bucket>;
  /** A 429 asked everybody to wait until then. */
  blockedUntil: number;
}

/** A rate that a service's documentation states, where its headers do not. */
export interface PublishedLimit {
  /** Whose calls count together, such as `adjust reports`. */
  name: string;
  windowMs: number;
  limit: number;
}

/** Who a budget belongs to. Windows of an hour and more are the key's, shorter ones differ between endpoints. */
export interface Payer {
  /** The credential at its service. */
  account: string;
  /** The account, and the path template that is called. */
  endpoint: string;
  /** What the call counts against besides. */
  published?: PublishedLimit | undefined;
}

/** Accounts kept. An instance serves few credentials, each on a few dozen templates. */
const maxAccounts = 2_000;

/**
 * A wait asked for by one 429 holds the others back for this long at most; then one of them asks again, so that a
 * long or mistaken wait stops nobody for long, and the service gets six calls a minute meanwhile.
 */
const maxBlockMs = 10_000;

/** Paces calls of this process so that the upstream's limits are not hit. */
export interface Pacer {
  /** Milliseconds that the next call has to wait; 0 means that it has taken its place in the budget. */
  take(payer: Payer): number;
  /** Gives a place back whose call never left, so that a service out of reach uses up nothing. */
  release(payer: Payer): void;
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

  /** The accounts that a call counts against. */
  function payersOf({ account, endpoint, published }: Payer): Account[] {
    const payers = [accountOf(account), accountOf(endpoint)];
    if (published) {
      const { name, limit, windowMs } = published;
      const own = accountOf(name);
      if (!own.buckets.has(name)) {
        own.buckets.set(name, { limit, windowMs, own: [], others: 0, at: runtime.now() });
      }
      payers.push(own);
    }
    return payers;
  }

  return {
    take(payer) {
      const now = runtime.now();
      const payers = payersOf(payer);
      let wait = 0;
      for (const { blockedUntil, buckets } of payers) {
        wait = Math.max(wait, blockedUntil - now);
        for (const bucket of buckets.values()) wait = Math.max(wait, waitOf(bucket, now));
      }
      if (wait > 0) return Math.ceil(wait);
      for (const { buckets } of payers) for (const bucket of buckets.values()) spend(bucket, now);
      return 0;
    },
    release(payer) {
      for (const { buckets } of payersOf(payer)) {
        for (const { own } of buckets.values()) {
          const last = own.at(-1);
          if (last && last.calls > 0) last.calls -= 1;
        }
      }
    },
    learn({ account, endpoint }, header, retryAfterMs) {
      const now = runtime.now();
      if (retryAfterMs !== undefined) {
        const blocked = accountOf(endpoint);
        blocked.blockedUntil = Math.max(blocked.blockedUntil, now + Math.min(retryAfterMs, maxBlockMs));
      }
      for (const { name, limit, remaining, windowMs } of parseRateLimit(header)) {
        const { buckets } = accountOf(windowMs >= 3_600_000 ? account : endpoint);
        const bucket = buckets.get(name) ?? { limit, windowMs, own: [], others: 0, at: now };
        bucket.limit = limit;
        // Never upwards from an answer: others that are under way have taken their places already.
        const missing = levelOf(bucket, now) - remaining;
        if (missing > 0) {
          bucket.others = othersOf(bucket, now) + missing;
          bucket.at = now;
        }
        buckets.set(name, bucket);
      }
    },
  };
}

/**
 * Calls that may be made now. Limits are of rolling windows: a call counts until a whole window after it was made. A
 * budget that refilled evenly instead would, after a burst, send what the service still refuses.
 */
function levelOf(bucket: Bucket, now: number): number {
  const { own, windowMs, limit } = bucket;
  while (own[0] && now >= endOf(own[0], windowMs)) own.shift();
  return limit - own.reduce((sum, { calls }) => sum + calls, 0) - othersOf(bucket, now);
}

function othersOf({ others, at, windowMs }: Bucket, now: number): number {
  return others * Math.min(1, Math.max(0, 1 - (now - at) / windowMs));
}

/** When the last call of a slot no longer counts. */
function endOf({ at }: Slot, windowMs: number): number {
  return at + windowMs / slotsPerWindow + windowMs;
}

/** Milliseconds until there may be room for one call. */
function waitOf(bucket: Bucket, now: number): number {
  const level = levelOf(bucket, now);
  if (level >= 1) return 0;
  const { own, others, windowMs } = bucket;
  const untilOwn = own[0] ? endOf(own[0], windowMs) - now : windowMs;
  const untilOthers = others > 0 ? ((1 - level) * windowMs) / others : windowMs;
  return Math.max(1, Math.min(untilOwn, untilOthers));
}

function spend({ own, windowMs }: Bucket, now: number): void {
  const last = own.at(-1);
  if (last && now - last.at < windowMs / slotsPerWindow) last.calls += 1;
  else own.push({ at: now, calls: 1 });
}
