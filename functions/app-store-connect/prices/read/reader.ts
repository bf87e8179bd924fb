import { createBoundedMap } from "../../../credentials/bounded-map.ts";
import { RelayError } from "../../../errors.ts";
import type { JobScope } from "../../../jobs/kind.ts";
import { malformed } from "../../../upstream/body.ts";
import { failureError } from "../../../upstream/refusal.ts";
import { type AppStoreConnect, openAppStoreConnect } from "../../client.ts";

/** What prices are read with: App Store Connect for one call or one step of a job, and what its process shares. */
export interface PriceReader {
  readonly connect: AppStoreConnect;
  /**
   * Apple IDs of products whose codes were seen to be others than those of the shared tables: what is read for them
   * is theirs alone. Grows while the reader is used.
   */
  readonly apart: Set<string>;
  /** A read about one product, carried out once by this reader for as long as few others came after it. */
  once<Value>(key: readonly string[], read: () => Promise<Value>): Promise<Value>;
  /** A read that is carried out once for all who use this credential, and kept for `ms`. */
  shared<Value>(key: readonly string[], ms: number, read: () => Promise<Value>): Promise<Value>;
}

/**
 * Reads about single products that a reader remembers: the changes of one product stand together in a plan, and a plan
 * can have 10,000 products with hundreds of price points each.
 */
const maxOnce = 20;

/** Opens a reader for a call or a step of a job. @throws RelayError as `Credentials.choose`. */
export async function openPriceReader(scope: JobScope): Promise<PriceReader> {
  const { recentReads, deadline } = scope;
  const connect = await openAppStoreConnect(scope);
  const reads = createBoundedMap<Promise<unknown>>(maxOnce);
  return {
    connect,
    apart: new Set(),
    once<Value>(key: readonly string[], read: () => Promise<Value>): Promise<Value> {
      const name = JSON.stringify(key);
      const known = reads.get(name);
      // One key has one kind of value: it begins with what is read.
      if (known) return known as Promise<Value>;
      const value = read();
      reads.set(name, value);
      value.catch(() => {
        if (reads.peek(name) === value) reads.delete(name);
      });
      return value;
    },
    async shared<Value>(key: readonly string[], ms: number, read: () => Promise<Value>): Promise<Value> {
      const name = JSON.stringify(["prices", connect.credential.credential.name, ...key]);
      let own = false;
      const readOwn = () => {
        own = true;
        return read();
      };
      try {
        return await recentReads.share(name, ms, readOwn);
      } catch (error) {
        // It ended with the deadline of the call that began it, which is not this one's.
        const others = !own && error instanceof RelayError && error.code === "upstream_timeout";
        if (!others || deadline.signal.aborted) throw error;
        return recentReads.share(name, ms, readOwn);
      }
    },
  };
}

/** The error for an answer of Apple's that is whole and yet cannot be used. */
export function unusable(message: string): RelayError {
  return failureError({ origin: "app-store-connect", method: "GET" }, malformed(message));
}
