import type { Runtime } from "../runtime.ts";
import { createBoundedMap } from "./bounded-map.ts";
import { VaultError } from "./vault.ts";

/** Lifetimes of a cache, in milliseconds. */
export interface BridgedCacheOptions {
  runtime: Runtime;
  /** As long as a value is this young it is used without asking. */
  freshMs: number;
  /** Until this age a value is used while loading fails in a way that may pass; older ones are forgotten. */
  bridgeMs: number;
  /** How long loading is not tried again after such a failure, so that a stalled vault does not stall every call. */
  pauseMs: number;
  maxEntries: number;
}

/** A cache that loads each key once at a time and bridges short failures of the vault. */
export interface BridgedCache<Value> {
  /** @throws what `load` throws, unless the failure is transient and a value young enough is there. */
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  /** The value as it is, used or not. */
  peek(key: string): Value | undefined;
  /** The next `get` loads anew, but may still bridge with the present value. */
  expire(key: string): void;
  /** Forgets the value and any load under way: the next `get` loads anew, and without it fails. */
  drop(key: string): void;
  keys(): readonly string[];
}

interface Entry<Value> {
  value: Value;
  /** When the load began, so that the age is never taken for less than it is. */
  readAt: number;
  pausedUntil: number;
  expired: boolean;
}

export function createBridgedCache<Value>(options: BridgedCacheOptions): BridgedCache<Value> {
  const { runtime, freshMs, bridgeMs, pauseMs } = options;
  const entries = createBoundedMap<Entry<Value>>(options.maxEntries);
  const loads = new Map<string, Promise<Value>>();

  /** A clock that was set back makes the age unknown, and then nothing counts as young. */
  const isYoung = (entry: Entry<Value>, limit: number) => {
    const age = runtime.now() - entry.readAt;
    return age >= 0 && age < limit;
  };

  /** What is too old even to bridge with is of no use to anybody, and may be a secret that was rotated or disabled. */
  function forgetOld(): void {
    for (const key of [...entries.keys()]) {
      const entry = entries.peek(key);
      if (entry && !isYoung(entry, bridgeMs)) entries.delete(key);
    }
  }

  function start(key: string, load: () => Promise<Value>): Promise<Value> {
    forgetOld();
    const readAt = runtime.now();
    const loading: Promise<Value> = load().then(
      (value) => {
        // A load that was dropped while under way may bring what is already out of date.
        if (loads.get(key) === loading) {
          loads.delete(key);
          entries.set(key, { value, readAt, pausedUntil: 0, expired: false });
        }
        return value;
      },
      (error: unknown) => {
        const current = loads.get(key) === loading;
        if (current) loads.delete(key);
        const entry = current ? entries.get(key) : undefined;
        if (!entry) throw error;
        if (error instanceof VaultError && error.fault === "transient" && isYoung(entry, bridgeMs)) {
          entry.pausedUntil = runtime.now() + pauseMs;
          return entry.value;
        }
        entries.delete(key);
        throw error;
      },
    );
    loads.set(key, loading);
    return loading;
  }

  return {
    async get(key, load) {
      const entry = entries.get(key);
      if (entry && !entry.expired && isYoung(entry, freshMs)) return entry.value;
      if (entry && runtime.now() < entry.pausedUntil && isYoung(entry, bridgeMs)) return entry.value;
      return loads.get(key) ?? start(key, load);
    },
    peek: (key) => entries.get(key)?.value,
    expire(key) {
      const entry = entries.get(key);
      if (entry) entry.expired = true;
    },
    drop(key) {
      entries.delete(key);
      loads.delete(key);
    },
    keys: () => [...entries.keys()],
  };
}
