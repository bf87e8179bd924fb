import { createHash, randomBytes } from "node:crypto";
import { timedId, timedIdPattern } from "../storage/newest-first.ts";

/**
 * Job IDs: 9 characters that fall as time goes on, so that the newest job comes first in the order of keys, and 12 of
 * chance. Knowing one opens nothing: reading needs the function key, or the token of its result.
 */
export const jobIdPattern = timedIdPattern;

/** @param now milliseconds since the epoch. */
export function newJobId(now: number): string {
  return timedId(now, randomBytes(8).readBigUInt64BE());
}

/**
 * The ID of the one job that something may start: whoever derives it again finds that job.
 *
 * @param at when that something came to be, in milliseconds since the epoch; the job is listed as of then.
 * @param seed names it and its purpose. With 62 bits of its SHA-256 no two meet.
 */
export function derivedJobId(at: number, seed: string): string {
  return timedId(at, createHash("sha256").update(seed).digest().readBigUInt64BE());
}
