import { createHash } from "node:crypto";
import { base64url, importPKCS8, SignJWT } from "jose";
import { RelayError } from "../errors.ts";
import type { Credential } from "./credential.ts";
import type { Vault } from "./vault.ts";

/** Claims of Apple's tokens; times in whole seconds. */
export interface Claims {
  iss?: string;
  sub?: string;
  iat: number;
  exp: number;
  aud: string;
  bid?: string;
}

/** Signs claims with one private key, wherever that is. */
export type Signer = (keyId: string, claims: Claims) => Promise<string>;

/**
 * A signer for a private key that is a secret's value.
 *
 * @param pem a P-256 key in PKCS#8 PEM, as Apple's `.p8` files are; line breaks may have been lost on the way.
 * @throws RelayError `credential_unavailable` when it is no such key.
 */
export async function createSecretSigner(pem: string): Promise<Signer> {
  const key = await importPKCS8(pem.trim(), "ES256").catch(() => {
    // The importer's own error could quote the key.
    throw unusableValue("The credential's value is no P-256 private key in PKCS#8 PEM form.");
  });
  return (keyId, claims) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: "ES256", kid: keyId, typ: "JWT" }).sign(key);
}

/** A signer for a key that stays in the vault: only a digest goes there, only a signature comes back. */
export function createVaultSigner(vault: Vault, credential: Credential): Signer {
  return async (keyId, claims) => {
    const header = base64url.encode(JSON.stringify({ alg: "ES256", kid: keyId, typ: "JWT" }));
    const input = `${header}.${base64url.encode(JSON.stringify(claims))}`;
    const digest = createHash("sha256").update(input).digest();
    const signature = await vault.sign(credential.name, credential.version, digest);
    return `${input}.${base64url.encode(signature)}`;
  };
}

/**
 * The text of a secret that is sent as it is. One line break at its end is a habit of editors and is taken off;
 * anything else that could not stand in a header is refused, never cleaned.
 *
 * @throws RelayError `credential_unavailable`.
 */
export function bearerText(value: string): string {
  const text = value.replace(/\r?\n$/, "");
  // Visible ASCII: neither a space nor a line break may reach a header (RFC 6750, 2.1 allows even less).
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw unusableValue(
      "The credential's value is no token: it is empty or holds spaces, line breaks or other signs.",
    );
  }
  return text;
}

/** The error for a secret whose value is not what its kind asks for. */
export function unusableValue(message: string): RelayError {
  return new RelayError("credential_unavailable", {
    message,
    hint: "An admin writes it again with npm run credential -- rotate.",
  });
}
