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
  const time = timePart(now);
  const chance = randomBytes(8).readBigUInt64BE() % 36n ** 12n;
  return time + chance.toString(36).padStart(12, "0");
}

/** The token in a result's URL: 256 random bits. Only its SHA-256 is stored. */
export function newToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: hashOf(token) };
}

/** What a token looks like; anything else needs no look at storage. */
export const tokenPattern = "^[A-Za-z0-9_-]{43}$";

/** Whether a token is the one of a stored hash, in constant time. */
export function isToken(token: string, hash: string): boolean {
  const given = Buffer.from(hashOf(token));
  const stored = Buffer.from(hash);
  return given.length === stored.length && timingSafeEqual(given, stored);
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
