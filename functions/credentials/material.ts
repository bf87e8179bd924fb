import { hkdfSync } from "node:crypto";
import type { Credential } from "./credential.ts";
import type { Redaction } from "./redaction.ts";
import { bearerText, createSecretSigner, createVaultSigner, type Signer } from "./signing.ts";
import { isSentAsBearer, isSentAsValue, parseTags, signsTokens } from "./tags.ts";
import { credentialUnavailable, type Vault, type VaultItem, type VaultSecret } from "./vault.ts";

/** A credential's current version, ready for use: what signs its tokens, or the text that is sent. */
export interface Material {
  item: VaultItem;
  credential: Credential;
  /** For kinds that sign tokens. */
  sign?: Signer;
  /** For kinds whose secret is sent as it is in a header. Secrets that only check signatures have neither. */
  bearer?: string;
  /** For kinds whose secret is sent as it is in a body. */
  shared?: string;
  /** A key of 32 bytes for one purpose; for what is held as a secret and used to call a service. */
  deriveKey?(purpose: string): Buffer;
}

/**
 * Reads a credential's current version from the vault. The tags that come with it decide, not those of the listing.
 *
 * @returns a function that throws `VaultError`, or RelayError `credential_unavailable` when the version's tags or value
 *   cannot be used.
 */
export function createMaterialReader(
  vault: Vault,
  redaction: Redaction,
): (listed: Credential) => Promise<Material> {
  /** A vault that answers with the very same object has not changed, and then importing the key again is idle. */
  const prepared = new WeakMap<VaultItem, Promise<Material>>();

  /** Remembered at every reading, so that a secret in use is never forgotten. */
  async function readSecret(name: string): Promise<VaultSecret> {
    const secret = await vault.readSecret(name);
    redaction.rememberSecret(secret.value);
    return secret;
  }

  return async ({ held, name }) => {
    const item = held === "secret" ? await readSecret(name) : await vault.readKey(name);
    const known = prepared.get(item);
    if (known) return known;
    const preparing = prepare(item, held);
    prepared.set(item, preparing);
    return preparing;
  };

  async function prepare(item: VaultItem | VaultSecret, held: Credential["held"]): Promise<Material> {
    const tags = parseTags(item, held);
    if (!tags?.ok) throw credentialUnavailable();
    const { credential } = tags;
    // Of the value only what signs or is sent goes on from here; the redaction keeps it for as long as that is in use.
    const facts = { item: withoutValue(item), credential };
    if (!("value" in item)) return { ...facts, sign: createVaultSigner(vault, credential) };
    if (signsTokens(credential.kind)) {
      // Derived twice, so that the private key itself is not kept for it.
      const root = derive(item.value, "derived keys");
      return {
        ...facts,
        sign: await createSecretSigner(item.value),
        deriveKey: (purpose) => derive(root, purpose),
      };
    }
    if (!isSentAsValue(credential.kind)) return facts;
    const value = bearerText(item.value);
    return {
      ...facts,
      ...(isSentAsBearer(credential.kind) ? { bearer: value } : { shared: value }),
      deriveKey: (purpose) => derive(value, purpose),
    };
  }
}

function derive(secret: string | Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `app-store-relay ${purpose}`, 32));
}

function withoutValue(item: VaultItem | VaultSecret): VaultItem {
  const { name, version, tags, enabled, notBefore, expiresOn } = item;
  return {
    name,
    version,
    tags,
    enabled,
    ...(notBefore !== undefined && { notBefore }),
    ...(expiresOn !== undefined && { expiresOn }),
  };
}
