import { createBoundedMap } from "../credentials/bounded-map.ts";
import type { Runtime } from "../runtime.ts";

/** Reads that several ask for at about the same time and that are carried out once. */
export interface RecentReads {
  /**
   * What a read under this key brings that is under way, or brought less than `ms` ago; else reads anew. A read that
   * fails is forgotten at once.
   *
   * @param key names what is read and for whom. One key has one kind of value: operations begin it with their own ID.
   */
  share<Value>(key: string, ms: number, read: () => Promise<Value>): Promise<Value>;
}

/** Jobs that are polled at one time: far more than one account runs. What is pushed out is read again. */
const maxReads = 1_000;

interface Read {
  value: Promise<unknown>;
  /** When it ended, in milliseconds since the epoch; absent while it is under way. */
  endedAt?: number;
}

/** Reads shared within one process: others of the same app read for themselves. */
export function createRecentReads(runtime: Pick<Runtime, "now">): RecentReads {
  const reads = createBoundedMap<Read>(maxReads);

  function isFresh({ endedAt }: Read, ms: number): boolean {
    if (endedAt === undefined) return true;
    const age = runtime.now() - endedAt;
    return age >= 0 && age < ms;
  }

  return {
    share<Value>(key: string, ms: number, read: () => Promise<Value>): Promise<Value> {
      const known = reads.get(key);
      if (known && isFresh(known, ms)) {
        // One key has one kind of value, see above.
        return known.value as Promise<Value>;
      }
      const value = read();
      const entry: Read = { value };
      reads.set(key, entry);
      value.then(
        () => {
          entry.endedAt = runtime.now();
        },
        () => {
          if (reads.peek(key) === entry) reads.delete(key);
        },
      );
      return value;
    },
  };
}
