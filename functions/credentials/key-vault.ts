import type { TokenCredential } from "@azure/identity";
import type { KeyClientOptions } from "@azure/keyvault-keys";
import type { Runtime } from "../runtime.ts";
import { withDeadline } from "./deadline.ts";
import type { KeyVaultCall, KeyVaultClients } from "./key-vault-call.ts";
import { createKeyVaultKeys } from "./key-vault-keys.ts";
import { createKeyVaultSecrets } from "./key-vault-secrets.ts";
import type { Vault } from "./vault.ts";
import { vaultFailure } from "./vault-failure.ts";

/** What tests pass to reach a vault on this machine. Constructor arguments, never settings. */
export interface KeyVaultOptions {
  /** Stands in for the function app's managed identity. */
  credential?: TokenCredential;
  /** Passed to every Key Vault client. */
  clientOptions?: KeyClientOptions;
  /** Client ID of a user-assigned identity; absent: the system-assigned one. */
  identityClientId?: string;
}

/** Secrets are cached for 5 minutes. Source: design of the credentials. */
const freshMs = 5 * 60_000;

/**
 * Total time of one vault call, retries and sign-in included. A warm vault answers in tens of milliseconds and a cold
 * identity in a second or two; ten seconds leave room for both within the 100 s that a call has.
 */
const callMs = 10_000;

/** Few and quick: the deadline is short, and a cached secret bridges what lasts longer. */
const retryOptions = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };

/**
 * A vault in Azure, read by managed identity. The SDKs are loaded at the first call, because they are most of what a
 * cold start would cost.
 *
 * @param url origin of the vault, checked by the configuration.
 */
export function createKeyVault(url: string, runtime: Runtime, options: KeyVaultOptions = {}): Vault {
  let clients: Promise<KeyVaultClients> | undefined;
  const opened = () => {
    clients ??= openClients(url, options).catch((error: unknown) => {
      // A failed start must not be remembered for good.
      clients = undefined;
      throw error;
    });
    return clients;
  };
  const call: KeyVaultCall = async (action, perItem, work) => {
    try {
      return await withDeadline(runtime, callMs, action, async (signal) => work(await opened(), signal));
    } catch (error) {
      throw vaultFailure(error, action, perItem);
    }
  };
  return { freshMs, ...createKeyVaultSecrets(call), ...createKeyVaultKeys(call) };
}

async function openClients(url: string, options: KeyVaultOptions): Promise<KeyVaultClients> {
  const [secrets, keys] = await Promise.all([
    import("@azure/keyvault-secrets"),
    import("@azure/keyvault-keys"),
  ]);
  const credential = options.credential ?? (await managedIdentity(options.identityClientId));
  const clientOptions = { retryOptions, ...options.clientOptions };
  return {
    secrets: new secrets.SecretClient(url, credential, secretOptions(clientOptions)),
    keys: new keys.KeyClient(url, credential, clientOptions),
    cryptography: (key) => new keys.CryptographyClient(key, credential, clientOptions),
  };
}

/** The managed identity itself rather than the default chain, which would try a developer's sign-ins too. */
async function managedIdentity(clientId: string | undefined): Promise<TokenCredential> {
  const identity = await import("@azure/identity");
  return new identity.ManagedIdentityCredential({
    retryOptions,
    ...(clientId !== undefined && { clientId }),
  });
}

/** The service versions of the two clients are numbered apart; each keeps its own. */
function secretOptions({ serviceVersion: _, ...shared }: KeyClientOptions) {
  return shared;
}
