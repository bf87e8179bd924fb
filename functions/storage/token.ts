import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A token for a URL that works without the function key: 256 random bits. Only its SHA-256 is stored. */
export function newToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: hashOf(token) };
}

/** What a token looks like; anything else needs no look at storage. */
export const tokenPattern = "^[A-Za-z0-9_-]{43}$";

/** Tokens of one thing: each start of what is started once gets its own, the oldest go. As many fit into a row by far. */
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
