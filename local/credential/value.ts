import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { CredentialKind } from "../../functions/credentials/index.ts";
import { secretText } from "../../functions/credentials/value.ts";
import { RelayError } from "../../functions/errors.ts";
import { UsageError } from "../usage-error.ts";

/** Key Vault's limit for a secret. */
const maxValueBytes = 25 * 1024;

/**
 * Reads a `.p8` file.
 *
 * @returns the PEM as it is stored.
 * @throws UsageError when it is no P-256 private key in PKCS#8; the text never quotes the file.
 */
export async function readPrivateKey(path: string): Promise<string> {
  const pem = (await readText(path)).trim();
  const isKey = pem.startsWith("-----BEGIN PRIVATE KEY-----");
  const curve = isKey ? curveOf(pem) : undefined;
  if (curve === undefined) {
    throw new UsageError(
      `${path} is no private key in PKCS#8 form. Use the .p8 file from App Store Connect as it was downloaded.`,
    );
  }
  if (curve !== "prime256v1") throw new UsageError(`${path} holds a key, but not on the curve P-256.`);
  return `${pem}\n`;
}

function curveOf(pem: string): string | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "ec" ? key.asymmetricKeyDetails?.namedCurve : "none";
  } catch {
    return undefined;
  }
}

/**
 * Checks a token or another secret, which is stored without the line break at its end.
 *
 * @throws UsageError when its kind asks for something else.
 */
export function checkSecret(kind: CredentialKind, text: string): string {
  if (Buffer.byteLength(text) > maxValueBytes) throw new UsageError("The value is larger than 25 KB.");
  try {
    return secretText(kind, text);
  } catch (error) {
    if (error instanceof RelayError) throw new UsageError(error.message);
    throw error;
  }
}

/** The key ID in the names that App Store Connect gives its files. */
export function keyIdFromFileName(path: string): string | undefined {
  return /^(?:AuthKey|SubscriptionKey|ApiKey)_([A-Za-z0-9]{8,20})\.p8$/.exec(basename(path))?.[1];
}

/** @throws UsageError when the file cannot be read. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new UsageError(`The file ${path} cannot be read${code}.`);
  }
}
