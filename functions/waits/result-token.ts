import { createHmac, timingSafeEqual } from "node:crypto";
import type { ChosenCredential } from "../credentials/index.ts";

/**
 * Tokens with which whoever polls reads one result and nothing else. Nothing is stored: the token says which credential
 * to use and until when it is good, and carries an HMAC over both and over what the result is of, with a key that is
 * derived from the credential's secret. So it ends when that secret is replaced.
 */

/** What a token opens: the operation that answers the polls, and the values that say of what. */
export type ResultSubject = readonly [operation: string, ...of: string[]];

/** What a token says, before anything of it is believed. */
export interface TokenClaims {
  credentialName: string;
  /** Seconds since the epoch. */
  expires: number;
  mac: string;
}

/** Expiry, name of the credential (which has no full stop), HMAC-SHA-256 in base64url. */
const form = /^(\d{10})\.([0-9A-Za-z-]{1,127})\.([A-Za-z0-9_-]{43})$/;

/**
 * Reads a token, without any secret.
 *
 * @param lifeMs how long a token of this result is good.
 * @returns undefined for what is no token, or one whose time is not now.
 */
export function readToken(token: string, now: number, lifeMs: number): TokenClaims | undefined {
  const [, expiry, credentialName, mac] = form.exec(token) ?? [];
  if (expiry === undefined || credentialName === undefined || mac === undefined) return undefined;
  const expires = Number(expiry);
  const leftMs = expires * 1000 - now;
  // One that would live longer than any that was made here was not made here.
  return leftMs > 0 && leftMs <= lifeMs ? { credentialName, expires, mac } : undefined;
}

/** Makes a token that is good for `lifeMs` from now. @throws RelayError as `ChosenCredential.deriveKey`. */
export async function makeToken(
  credential: ChosenCredential,
  subject: ResultSubject,
  { now, lifeMs }: { now: number; lifeMs: number },
  signal?: AbortSignal,
): Promise<string> {
  const expires = Math.floor((now + lifeMs) / 1000);
  const { name } = credential.credential;
  return `${expires}.${name}.${await macOf(credential, subject, expires, signal)}`;
}

/** Whether a token was made here for this result with this credential. Takes the same time whatever differs. */
export async function isGenuine(
  credential: ChosenCredential,
  subject: ResultSubject,
  { expires, mac }: TokenClaims,
  signal?: AbortSignal,
): Promise<boolean> {
  const expected = Buffer.from(await macOf(credential, subject, expires, signal));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function macOf(
  credential: ChosenCredential,
  subject: ResultSubject,
  expires: number,
  signal?: AbortSignal,
): Promise<string> {
  const key = await credential.deriveKey("result that is polled", signal);
  const signed = JSON.stringify([...subject, credential.credential.name, expires]);
  return createHmac("sha256", key).update(signed).digest("base64url");
}
