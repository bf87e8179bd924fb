import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { isJsonObject, type JsonObject, parseJson } from "./json.ts";

/** A token whose signature is good. Its times are checked on every call. */
export interface VerifiedToken {
  keyId: string;
  claims: JsonObject;
}

/** Why a token is refused: for the log, since neither service says it. */
export type TokenFault = { refused: string };

/** Enough for every credential of a test run; a busy client holds a token per app and quarter of an hour. */
const maxCached = 1_000;

function decodePart(part: string | undefined): JsonObject | undefined {
  if (part === undefined || !/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  const value = parseJson(Buffer.from(part, "base64url").toString("utf8"));
  return isJsonObject(value) ? value : undefined;
}

function toKey(key: KeyObject | string): KeyObject {
  return typeof key === "string" ? createPublicKey(key) : key;
}

function verifyToken(token: string, keys: ReadonlyMap<string, KeyObject>): VerifiedToken | TokenFault {
  const parts = token.split(".");
  if (parts.length !== 3) return { refused: "not a compact JWS" };
  const header = decodePart(parts[0]);
  const claims = decodePart(parts[1]);
  if (header === undefined || claims === undefined) return { refused: "header or claims are no JSON object" };
  if (header.alg !== "ES256") return { refused: `alg is ${String(header.alg)}` };
  if (header.typ !== "JWT") return { refused: `typ is ${String(header.typ)}` };
  const unknown = Object.keys(header).find((name) => !["alg", "kid", "typ"].includes(name));
  if (unknown !== undefined) return { refused: `header member ${unknown}` };
  const keyId = header.kid;
  const key = typeof keyId === "string" ? keys.get(keyId) : undefined;
  if (typeof keyId !== "string" || key === undefined) return { refused: `kid ${String(keyId)} is not known` };
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
  // JWS carries r and s side by side, 32 bytes each (RFC 7518, 3.4), not the DER form that is node's default.
  const good = verify(
    "sha256",
    signed,
    { key, dsaEncoding: "ieee-p1363" },
    Buffer.from(parts[2] ?? "", "base64url"),
  );
  return good ? { keyId, claims } : { refused: "signature does not verify" };
}

/**
 * Checks header and signature, once for each distinct token: a good one is remembered (at most 1,000), so that a
 * benchmark does not measure this side's cryptography. When `currentKeys` answers another list, as after a
 * rotation, everything remembered is dropped.
 */
export function createTokenVerifier(
  currentKeys: () => readonly { keyId: string; publicKey: KeyObject | string }[],
): (authorization: string | undefined) => VerifiedToken | TokenFault {
  let keys: ReturnType<typeof currentKeys> | undefined;
  let known = new Map<string, KeyObject>();
  const verified = new Map<string, VerifiedToken>();
  return (authorization) => {
    const current = currentKeys();
    if (current !== keys) {
      keys = current;
      known = new Map(current.map(({ keyId, publicKey }) => [keyId, toKey(publicKey)]));
      verified.clear();
    }
    const token = /^Bearer ([^\s]+)$/.exec(authorization ?? "")?.[1];
    if (token === undefined) return { refused: "no bearer token" };
    const cached = verified.get(token);
    if (cached !== undefined) return cached;
    const result = verifyToken(token, known);
    if (!("refused" in result)) {
      if (verified.size >= maxCached) {
        const [oldest] = verified.keys();
        if (oldest !== undefined) verified.delete(oldest);
      }
      verified.set(token, result);
    }
    return result;
  };
}

interface LifetimeRule {
  nowMs: number;
  maxSeconds: number;
  /** Whether a lifetime of exactly `maxSeconds` is refused too. */
  exclusive: boolean;
}

/** What is wrong with `iat` and `exp`, or undefined. There is no leeway: a clock 1 s ahead is refused, as at Apple. */
export function lifetimeFault(claims: JsonObject, rule: LifetimeRule): string | undefined {
  const { iat, exp } = claims;
  if (typeof iat !== "number" || typeof exp !== "number" || !Number.isInteger(iat) || !Number.isInteger(exp))
    return "iat and exp must be whole seconds";
  const now = Math.floor(rule.nowMs / 1000);
  if (iat > now) return `iat is ${iat - now} s ahead`;
  if (exp <= now) return `expired ${now - exp} s ago`;
  const lifetime = exp - iat;
  if (lifetime > rule.maxSeconds || (rule.exclusive && lifetime === rule.maxSeconds))
    return `lives for ${lifetime} s`;
  return undefined;
}

/** The first claim that is not in `known`, or undefined. */
export function unknownClaim(claims: JsonObject, known: readonly string[]): string | undefined {
  return Object.keys(claims).find((name) => !known.includes(name));
}
