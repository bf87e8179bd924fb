import { randomBytes } from "node:crypto";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  openVault,
  type Vault,
  type VaultConfiguration,
  type VaultError,
} from "../../functions/credentials/index.ts";
import type { KeyVaultOptions } from "../../functions/credentials/key-vault.ts";
import { vaultFailure } from "../../functions/credentials/vault-failure.ts";
import { UsageError } from "../usage-error.ts";

/** A vault that can be written to. */
export interface CredentialStore {
  vault: Vault;
  /** How the place is called in messages. */
  place: string;
  /** Writes a new version with its tags. @throws UsageError when the name is soft-deleted; VaultError. */
  write(name: string, value: string, tags: Readonly<Record<string, string>>): Promise<void>;
}

/** Writing is done by a person who waits, so it may take a while; sign-in through the Azure CLI takes seconds. */
const writeMs = 60_000;

/**
 * Opens the folder or the Key Vault.
 *
 * @param create make the folder where there is none.
 * @param options constructor arguments of tests.
 */
export async function openStore(
  place: VaultConfiguration,
  create: boolean,
  options: KeyVaultOptions = {},
): Promise<CredentialStore> {
  if (place.kind === "folder") {
    // Only its owner may look into it.
    if (create) await mkdir(place.path, { recursive: true, mode: 0o700 });
    return {
      vault: openVault(place),
      place: place.path,
      write: (name, value, tags) => writeFileOf(place.path, name, value, tags),
    };
  }
  const credential = options.credential ?? (await developerCredential());
  return {
    vault: openVault(place, { ...options, credential }),
    place: place.url,
    write: async (name, value, tags) => {
      const { SecretClient } = await import("@azure/keyvault-secrets");
      const { serviceVersion: _, ...clientOptions } = options.clientOptions ?? {};
      const client = new SecretClient(place.url, credential, clientOptions);
      try {
        await client.setSecret(name, value, { tags: { ...tags }, abortSignal: AbortSignal.timeout(writeMs) });
      } catch (error) {
        throw writeFailure(vaultFailure(error, "write a secret", false), place.url, name);
      }
    },
  };
}

/** The sign-in of whoever runs the command: `az login` and its kin. */
async function developerCredential() {
  const { DefaultAzureCredential } = await import("@azure/identity");
  return new DefaultAzureCredential();
}

function writeFailure(error: VaultError, url: string, name: string): Error {
  if (error.vaultCode !== "ObjectIsDeletedButRecoverable") return error;
  const vaultName = new URL(url).hostname.split(".")[0];
  return new UsageError(
    [
      `A secret named ${name} was deleted from this vault and can still be recovered, so the name is taken.`,
      `  Recover it, then rotate it:  az keyvault secret recover --vault-name ${vaultName} --name ${name}`,
      `  Or purge it for good:        az keyvault secret purge --vault-name ${vaultName} --name ${name}`,
    ].join("\n"),
  );
}

/** A reader sees the old file or the new one, never half of it. */
async function writeFileOf(
  folder: string,
  name: string,
  value: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const draft = join(folder, `.${name}.${randomBytes(6).toString("hex")}`);
  const content = { value, tags, enabled: true, expiresOn: null };
  try {
    await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    // The mode above is narrowed by the umask, which may also take the owner's rights.
    await chmod(draft, 0o600);
    await rename(draft, join(folder, `${name}.json`));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
