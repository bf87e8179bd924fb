import { createBoundedMap } from "../credentials/bounded-map.ts";
import type { Runtime } from "../runtime.ts";

/** Reads that several ask for at about the same time and that are carried out once. */
export interface RecentReads {
  /**
   * What `read` brought less than `ms` ago under this key, also while it is under way; else reads anew. A read that
   * fails is forgotten at once.
   *
   * @param key names what is read and for whom. One key has one kind of value: operations begin it with their own ID.
   */
  share<Value>(key: string, ms: number, read: () => Promise<Value>): Promise<Value>;
}

/** Jobs that are polled at one time: far more than one account runs. What is pushed out is read again. */
const maxReads = 1_000;

interface Read {
  /** Milliseconds since the epoch. */
  at: number;
  value: Promise<unknown>;
}

/** Reads shared within one process: others of the same app read for themselves. */
export function createRecentReads(runtime: Pick<Runtime, "now">): RecentReads {
  const reads = createBoundedMap<Read>(maxReads);
  return {
    share<Value>(key: string, ms: number, read: () => Promise<Value>): Promise<Value> {
      const known = reads.get(key);
      const age = known ? runtime.now() - known.at : Number.POSITIVE_INFINITY;
      // One key has one kind of value, see above.
      if (known && age >= 0 && age < ms) return known.value as Promise<Value>;
      const value = read();
      const entry: Read = { at: runtime.now(), value };
      reads.set(key, entry);
      value.catch(() => {
        if (reads.peek(key) === entry) reads.delete(key);
      });
      return value;
    },
  };
}
