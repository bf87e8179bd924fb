import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * Job IDs: 9 characters that fall as time goes on, so that the newest job comes first in the order of keys, and 12 of
 * chance. Knowing one opens nothing: reading needs the function key, or the token below.
 */
export const jobIdPattern = "^[0-9a-z]{21}$";

const timeCharacters = 9;
const latest = 36 ** timeCharacters - 1;

/** What the IDs of jobs begin with that were started at a time; those of earlier jobs come after it in order. */
export function timePart(at: number): string {
  return (latest - at).toString(36).padStart(timeCharacters, "0");
}

/** @param now milliseconds since the epoch. */
export function newJobId(now: number): string {
  return idOf(now, randomBytes(8).readBigUInt64BE());
}

/**
 * The ID of the one job that something may start: whoever derives it again finds that job.
 *
 * @param at when that something came to be, in milliseconds since the epoch; the job is listed as of then.
 * @param seed names it and its purpose. With 62 bits of its SHA-256 no two meet.
 */
export function derivedJobId(at: number, seed: string): string {
  return idOf(at, createHash("sha256").update(seed).digest().readBigUInt64BE());
}

function idOf(at: number, number: bigint): string {
  return timePart(at) + (number % 36n ** 12n).toString(36).padStart(12, "0");
}

/** The token in a result's URL: 256 random bits. Only its SHA-256 is stored. */
export function newToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: hashOf(token) };
}

/** What a token looks like; anything else needs no look at storage. */
export const tokenPattern = "^[A-Za-z0-9_-]{43}$";

/** Tokens of one job: each start of what is started once gets its own, the oldest go. As many fit into a row by far. */
const maxTokens = 100;

/** Stored hashes with one more. */
export function withHash(hashes: string, hash: string): string {
  return [...hashes.split(" ").filter((known) => known !== ""), hash].slice(-maxTokens).join(" ");
}

/** Whether a token is one of the stored hashes, in constant time for each. */
export function isToken(token: string, hashes: string): boolean {
  const given = Buffer.from(hashOf(token));
  return hashes.split(" ").some((hash) => {
    const stored = Buffer.from(hash);
    return given.length === stored.length && timingSafeEqual(given, stored);
  });
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
