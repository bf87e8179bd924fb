import { type Runtime, systemRuntime } from "../runtime.ts";
import { createKeyVault, type KeyVaultOptions } from "./key-vault.ts";
import type { Vault } from "./vault.ts";
import { createVaultFolder } from "./vault-folder.ts";

/** Where credentials are kept: a Key Vault by its origin, or a folder on this machine. */
export type VaultConfiguration = { kind: "key-vault"; url: string } | { kind: "folder"; path: string };

/** What the composition root, or a test, may lend a vault. */
export interface VaultOptions extends KeyVaultOptions {
  runtime?: Runtime;
}

/** The vault of a configuration. Nothing is read and no SDK is loaded before the first call. */
export function openVault(
  configuration: VaultConfiguration,
  { runtime = systemRuntime, ...options }: VaultOptions = {},
): Vault {
  return configuration.kind === "folder"
    ? createVaultFolder(configuration.path, runtime)
    : createKeyVault(configuration.url, runtime, options);
}
