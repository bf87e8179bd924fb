import type { SecretProperties } from "@azure/keyvault-secrets";
import { type KeyVaultCall, toItem } from "./key-vault-call.ts";
import { type Vault, VaultError, type VaultItem } from "./vault.ts";

/** The part of a vault that secrets are for: private keys and tokens as values, their facts as tags. */
export function createKeyVaultSecrets(
  call: KeyVaultCall,
): Pick<Vault, "listSecrets" | "readSecret" | "listVersionTags"> {
  return {
    listSecrets: () =>
      call("list secrets", false, async ({ secrets }, abortSignal) => {
        const items: VaultItem[] = [];
        for await (const properties of secrets.listPropertiesOfSecrets({ abortSignal })) {
          items.push(toItem(properties));
        }
        return items;
      }),

    readSecret: (name) =>
      call("read a secret", true, async ({ secrets }, abortSignal) => {
        const secret = await secrets.getSecret(name, { abortSignal });
        if (secret.value === undefined || secret.properties.version === undefined) {
          throw new VaultError({ fault: "refused", action: "read a secret", name: "EmptyAnswer" });
        }
        return { ...toItem(secret.properties), value: secret.value };
      }),

    listVersionTags: (name) =>
      call("list the versions of a secret", true, async ({ secrets }, abortSignal) => {
        const versions: SecretProperties[] = [];
        for await (const properties of secrets.listPropertiesOfSecretVersions(name, { abortSignal })) {
          versions.push(properties);
        }
        // Key Vault lists versions in no order that means anything.
        versions.sort((a, b) => (b.createdOn?.getTime() ?? 0) - (a.createdOn?.getTime() ?? 0));
        return versions.map((version) => ({ ...version.tags }));
      }),
  };
}
