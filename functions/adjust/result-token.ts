import { createHmac, timingSafeEqual } from "node:crypto";
import type { ChosenCredential } from "../credentials/index.ts";

/**
 * Tokens with which whoever polls reads the result of one job and nothing else. Nothing is stored: the token says which
 * credential to use and until when it is good, and carries an HMAC over both, the operation and the ticket, with a key
 * that is derived from the credential's secret. So it ends when that secret is replaced.
 */

/** How long a poll may go on (design). */
export const tokenLifeMs = 24 * 60 * 60_000;

/** What a token says, before anything of it is believed. */
export interface TokenClaims {
  credentialName: string;
  /** Seconds since the epoch. */
  expires: number;
  mac: string;
}

/** Expiry, name of the credential (which has no full stop), HMAC-SHA-256 in base64url. */
const form = /^(\d{10})\.([0-9A-Za-z-]{1,127})\.([A-Za-z0-9_-]{43})$/;

/** Reads a token, without any secret. @returns undefined for what is no token, or one whose time is not now. */
export function readToken(token: string, now: number): TokenClaims | undefined {
  const [, expiry, credentialName, mac] = form.exec(token) ?? [];
  if (expiry === undefined || credentialName === undefined || mac === undefined) return undefined;
  const expires = Number(expiry);
  const lifeMs = expires * 1000 - now;
  // One that would live longer than any that was made here was not made here.
  return lifeMs > 0 && lifeMs <= tokenLifeMs ? { credentialName, expires, mac } : undefined;
}

/** Makes the token of a ticket, good for 24 hours. @throws RelayError as `ChosenCredential.deriveKey`. */
export async function makeToken(
  credential: ChosenCredential,
  ticketToken: string,
  now: number,
  signal?: AbortSignal,
): Promise<string> {
  const expires = Math.floor((now + tokenLifeMs) / 1000);
  const { name } = credential.credential;
  return `${expires}.${name}.${await macOf(credential, ticketToken, expires, signal)}`;
}

/** Whether a token was made here for this ticket with this credential. Takes the same time whatever differs. */
export async function isGenuine(
  credential: ChosenCredential,
  ticketToken: string,
  { expires, mac }: TokenClaims,
  signal?: AbortSignal,
): Promise<boolean> {
  const expected = Buffer.from(await macOf(credential, ticketToken, expires, signal));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function macOf(
  credential: ChosenCredential,
  ticketToken: string,
  expires: number,
  signal?: AbortSignal,
): Promise<string> {
  const key = await credential.deriveKey("result of an Adjust job", signal);
  const signed = JSON.stringify(["GetAdjustJobResult", ticketToken, credential.credential.name, expires]);
  return createHmac("sha256", key).update(signed).digest("base64url");
}
