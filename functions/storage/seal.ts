import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** AES-256-GCM with its usual nonce and tag (NIST SP 800-38D). */
const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts a text so that storage alone does not give it away.
 *
 * @param key 32 bytes.
 * @param place where the text belongs; it opens nowhere else.
 */
export function seal(key: Buffer, place: string, text: string): string {
  const nonce = randomBytes(nonceBytes);
  const encrypting = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(place));
  const bytes = Buffer.concat([encrypting.update(text, "utf8"), encrypting.final()]);
  return Buffer.concat([nonce, encrypting.getAuthTag(), bytes]).toString("base64");
}

/** @returns undefined when the text was not sealed with this key for this place. */
export function unseal(key: Buffer, place: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  try {
    const decrypting = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes))
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    const rest = bytes.subarray(nonceBytes + tagBytes);
    return Buffer.concat([decrypting.update(rest), decrypting.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
