import type { CryptographyClient, KeyClient, KeyVaultKey } from "@azure/keyvault-keys";
import type { SecretClient } from "@azure/keyvault-secrets";
import type { VaultItem } from "./vault.ts";

/** The three clients of the SDK, made together because they share one identity. */
export interface KeyVaultClients {
  secrets: SecretClient;
  keys: KeyClient;
  cryptography(key: KeyVaultKey): CryptographyClient;
}

/** Runs one call of a client within the deadline; what it throws becomes a `VaultError`. */
export type KeyVaultCall = <Value>(
  action: string,
  perItem: boolean,
  work: (clients: KeyVaultClients, signal: AbortSignal) => Promise<Value>,
) => Promise<Value>;

/** What secrets and keys say of themselves, in the SDK's spelling. */
interface ItemProperties {
  name: string;
  version?: string;
  enabled?: boolean;
  notBefore?: Date;
  expiresOn?: Date;
  updatedOn?: Date;
  tags?: Record<string, string>;
}

/** A secret's or key's properties in our shape. Listings name no version, so there the time of change stands in. */
export function toItem(properties: ItemProperties): VaultItem {
  return {
    name: properties.name,
    version: properties.version || `updated-${properties.updatedOn?.getTime() ?? 0}`,
    tags: { ...properties.tags },
    // What says nothing of being enabled is not taken for enabled.
    enabled: properties.enabled === true,
    ...(properties.notBefore && { notBefore: properties.notBefore.getTime() }),
    ...(properties.expiresOn && { expiresOn: properties.expiresOn.getTime() }),
  };
}
