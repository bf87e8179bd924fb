import type { Runtime } from "../runtime.ts";
import {
  learnRemaining,
  openWindow,
  type RollingWindow,
  spend,
  unspend,
  waitForRoom,
} from "./rolling-window.ts";

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

interface Account {
  windows: Map<string, RollingWindow>;
  /** A 429 asked everybody to wait until then. */
  blockedUntil: number;
  /** Calls of background work that has begun, made or not: all of them, and those to one endpoint. */
  held: { calls: number; atOne: number };
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
  /** It leaves a share of what the service states to others. */
  background?: boolean;
}

/** Accounts kept. An instance serves few credentials, each on a few dozen templates. */
const maxAccounts = 2_000;

/**
 * A wait asked for by one 429 holds the others back for this long at most; then one of them asks again, so that a
 * long or mistaken wait stops nobody for long, and the service gets six calls a minute meanwhile.
 */
const maxBlockMs = 10_000;

/**
 * What is held here counts so often: other instances have begun as much at the same moment, and nothing is known of it
 * before the next answer. Measured on four instances: refused calls fall from a dozen to none, and no budget is lost.
 */
const heldInstances = 4;

/** Paces calls of this process so that the upstream's limits are not hit. */
export interface Pacer {
  /** Milliseconds that the next call has to wait; 0 means that it has taken its place in the budget. */
  take(payer: Payer): number;
  /** Gives a place back whose call never left, so that a service out of reach uses up nothing. */
  release(payer: Payer): void;
  /** Learns from an answer's headers. `retryAfterMs` is given for a 429 only. */
  learn(payer: Payer, header: string | undefined, retryAfterMs?: number): void;
  /**
   * Milliseconds until `calls` more of background work fit into every window of an account, beside those that are held;
   * 0: now. At most `atOne` of them go to one endpoint, whichever that is; absent: all may.
   */
  wait(account: string, calls: number, atOne?: number): number;
  /** Holds room for calls of background work that begins. @returns what gives it back, to be called once. */
  hold(account: string, calls: number, atOne?: number): () => void;
}

/**
 * A pacer of this process.
 *
 * @param runtime only `now` is used.
 * @param interactiveShare percent of every stated budget that background work leaves to others, 0 to 90.
 */
export function createPacer(runtime: Pick<Runtime, "now">, interactiveShare = 0): Pacer {
  const accounts = new Map<string, Account>();

  function accountOf(key: string): Account {
    let account = accounts.get(key);
    if (!account) {
      account = { windows: new Map(), blockedUntil: 0, held: { calls: 0, atOne: 0 } };
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
      // Published rates come without a reserve: what shares them is background work above all.
      if (!own.windows.has(name)) {
        own.windows.set(name, openWindow({ limit, windowMs, reserve: 0 }, runtime.now()));
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
      for (const { blockedUntil, windows } of payers) {
        wait = Math.max(wait, blockedUntil - now);
        for (const window of windows.values()) {
          wait = Math.max(wait, waitForRoom(window, 1, payer.background ? window.reserve : 0, now));
        }
      }
      if (wait > 0) return Math.ceil(wait);
      for (const { windows } of payers) for (const window of windows.values()) spend(window, now);
      return 0;
    },
    release(payer) {
      for (const { windows } of payersOf(payer)) for (const window of windows.values()) unspend(window);
    },
    learn({ account, endpoint }, header, retryAfterMs) {
      const now = runtime.now();
      if (retryAfterMs !== undefined) {
        const blocked = accountOf(endpoint);
        blocked.blockedUntil = Math.max(blocked.blockedUntil, now + Math.min(retryAfterMs, maxBlockMs));
      }
      for (const { name, limit, remaining, windowMs } of parseRateLimit(header)) {
        const { windows } = accountOf(windowMs >= 3_600_000 ? account : endpoint);
        // Rounded down, so that something is left to background work of however small a limit.
        const reserve = Math.floor((limit * interactiveShare) / 100);
        const window = windows.get(name) ?? openWindow({ limit, windowMs, reserve }, now);
        Object.assign(window, { limit, reserve });
        learnRemaining(window, remaining, now);
        windows.set(name, window);
      }
    },
    wait(account, calls, atOne = calls) {
      const now = runtime.now();
      const { held } = accountOf(account);
      const all = calls + heldInstances * held.calls;
      const allAtOne = atOne + heldInstances * held.atOne;
      let wait = 0;
      for (const [key, { blockedUntil, windows }] of accounts) {
        // Keys of endpoints begin with that of their account.
        if (key !== account && !key.startsWith(`${account} `)) continue;
        wait = Math.max(wait, blockedUntil - now);
        for (const window of windows.values()) {
          wait = Math.max(wait, waitForRoom(window, key === account ? all : allAtOne, window.reserve, now));
        }
      }
      return Math.ceil(wait);
    },
    hold(account, calls, atOne = calls) {
      const { held } = accountOf(account);
      held.calls += calls;
      held.atOne += atOne;
      return () => {
        held.calls -= calls;
        held.atOne -= atOne;
      };
    },
  };
}
