import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { CredentialKind } from "./credential.ts";
import { bearerText, unusableValue } from "./signing.ts";
import { isSentAsBearer } from "./tags.ts";

/** What a secret that signs no tokens is good for. Which of them it has, its kind decides. */
export interface ValueUses {
  /** It is sent as it is in a header. */
  bearer?: string;
  /** It is sent as it is in a body. */
  shared?: string;
  /** Whether a text is the secret; takes the same time whatever differs. */
  isSecret?(text: string): boolean;
  /** HMAC-SHA-256 with the secret as its key. */
  mac?(bytes: Uint8Array): Buffer;
  /** A key of 32 bytes for one purpose. */
  deriveKey(purpose: string): Buffer;
}

/**
 * What is derived from a secret, and a token that stands in for a signature, are as hard to guess as it is long: 32
 * characters are what 128 bits take in hexadecimal.
 */
const minLength = 32;
const longKinds: readonly CredentialKind[] = ["app-store-connect-webhook-master", "adjust-callback"];

/**
 * The text of a secret of a kind that signs no tokens, without the line break that editors leave at its end. What is
 * wrong with it is refused, never cleaned.
 *
 * @throws RelayError `credential_unavailable` with what is wrong.
 */
export function secretText(kind: CredentialKind, value: string): string {
  // Whoever made a webhook by hand may have typed a sentence: its secret is never sent, and any text is a key.
  if (kind === "app-store-connect-webhook") {
    const text = value.replace(/\r?\n$/, "");
    if (text !== "") return text;
    throw unusableValue("The credential's value is empty.");
  }
  const text = bearerText(value);
  if (longKinds.includes(kind) && text.length < minLength) {
    throw unusableValue(
      `The credential's value is shorter than ${minLength} characters, so it could be guessed.`,
    );
  }
  return text;
}

/** @param text as `secretText` answers it. */
export function usesOf(kind: CredentialKind, text: string): ValueUses {
  return {
    ...(isSentAsBearer(kind) && { bearer: text }),
    ...(kind === "app-store-shared-secret" && { shared: text }),
    ...(kind === "adjust-callback" && { isSecret: (given: string) => isSame(given, text) }),
    ...(kind === "app-store-connect-webhook" && {
      mac: (bytes: Uint8Array) => createHmac("sha256", text).update(bytes).digest(),
    }),
    deriveKey: (purpose) => derive(text, purpose),
  };
}

/** A key of 32 bytes for one purpose: who has it learns nothing of the secret, nor of another purpose's. */
export function derive(secret: string | Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `app-store-relay ${purpose}`, 32));
}

/** Digests are of one length, and tell nothing of how far two texts agree. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
