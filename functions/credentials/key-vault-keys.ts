import type { CryptographyClient, KeyVaultKey } from "@azure/keyvault-keys";
import { createBoundedMap } from "./bounded-map.ts";
import { type KeyVaultCall, toItem } from "./key-vault-call.ts";
import { type Vault, VaultError, type VaultItem } from "./vault.ts";

/** A client each for the key versions in use; an installation has a handful of keys. */
const maxClients = 100;

/** r‖s of ECDSA on P-256. Source: RFC 7518, 3.4. */
const signatureBytes = 64;

/** The part of a vault that keys are for: the private part stays in the vault, which signs digests on request. */
export function createKeyVaultKeys(call: KeyVaultCall): Pick<Vault, "listKeys" | "readKey" | "sign"> {
  const clients = createBoundedMap<CryptographyClient>(maxClients);
  return {
    listKeys: async () => {
      try {
        return await call("list keys", false, async ({ keys }, abortSignal) => {
          const items: VaultItem[] = [];
          for await (const properties of keys.listPropertiesOfKeys({ abortSignal })) {
            items.push(toItem(properties));
          }
          return items;
        });
      } catch (error) {
        // Without the right to list keys there are none: most vaults hold secrets only.
        if (error instanceof VaultError && error.vaultStatus === 403) return [];
        throw error;
      }
    },

    readKey: (name) =>
      call("read a key", true, async ({ keys, cryptography }, abortSignal) => {
        const key = await keys.getKey(name, { abortSignal });
        if (!isP256(key) || key.properties.version === undefined) {
          throw new VaultError({ fault: "gone", action: "read a key", name: "NotP256" });
        }
        const item = toItem(key.properties);
        // Given the key itself, the client signs in the vault without asking for the key again.
        clients.set(clientKey(name, item.version), cryptography(key));
        return item;
      }),

    sign: (name, version, digest) =>
      call("sign with a key", true, async (_, abortSignal) => {
        const client = clients.get(clientKey(name, version));
        if (!client) throw new VaultError({ fault: "gone", action: "sign with a key", name: "NotRead" });
        const { result } = await client.sign("ES256", digest, { abortSignal });
        if (result.length !== signatureBytes) {
          throw new VaultError({ fault: "refused", action: "sign with a key", name: "NotES256" });
        }
        return result;
      }),
  };
}

function clientKey(name: string, version: string): string {
  return JSON.stringify([name, version]);
}

function isP256(key: KeyVaultKey): boolean {
  return key.key?.crv === "P-256" && (key.keyType === "EC" || key.keyType === "EC-HSM");
}
