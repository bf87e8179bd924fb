import type { Credential } from "./credential.ts";
import type { Redaction } from "./redaction.ts";
import { createSecretSigner, createVaultSigner, type Signer } from "./signing.ts";
import { parseTags, signsTokens } from "./tags.ts";
import { derive, secretText, usesOf, type ValueUses } from "./value.ts";
import { credentialUnavailable, type Vault, type VaultItem, type VaultSecret } from "./vault.ts";

/** A credential's current version, ready for use: what signs its tokens, or what else its secret is good for. */
export interface Material extends Partial<ValueUses> {
  item: VaultItem;
  credential: Credential;
  /** For kinds that sign tokens. */
  sign?: Signer;
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
    // Of the value only what it is good for goes on from here; the redaction keeps it for as long as that is in use.
    const facts = { item: withoutValue(item), credential };
    if (!("value" in item)) return { ...facts, sign: createVaultSigner(vault, credential) };
    const { kind } = credential;
    if (!signsTokens(kind)) return { ...facts, ...usesOf(kind, secretText(kind, item.value)) };
    // Derived twice, so that the private key itself is not kept for it.
    const root = derive(item.value, "derived keys");
    return {
      ...facts,
      sign: await createSecretSigner(item.value),
      deriveKey: (purpose) => derive(root, purpose),
    };
  }
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
