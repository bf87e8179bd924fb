import { RelayError } from "../errors.ts";
import type { Credential, CredentialProblem } from "./credential.ts";
import { eachOf } from "./each-of.ts";
import { VaultError } from "./vault.ts";

/** Credentials whose values are looked at: far more than an installation has. */
const maxValues = 200;

/**
 * Usable credentials whose value cannot be read, or is not what its kind asks for.
 *
 * @param read reads a credential's current version and throws what is wrong with it.
 */
export async function findUnusableValues(
  credentials: readonly Credential[],
  read: (credential: Credential) => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<CredentialProblem[]> {
  const problems: CredentialProblem[] = [];
  await eachOf(credentials, maxValues, signal, async (credential) => {
    try {
      await read(credential);
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      const { message, hint } = reasonOf(error, credential);
      problems.push({ name: credential.name, message, hint, blocks: true });
    }
  });
  return problems;
}

function reasonOf(error: RelayError, { held }: Credential): { message: string; hint: string } {
  const unsaid = "Look at it in the vault: whether it is enabled and its tags are right.";
  if (!(error instanceof VaultError) || error.fault !== "gone") {
    return { message: error.message, hint: error.hint ?? unsaid };
  }
  if (error.vaultStatus === 403) {
    return {
      message: "The vault does not let it be read.",
      hint: `Give the function app's identity the role ${held === "key" ? "Key Vault Crypto User" : "Key Vault Secrets User"}, and see that it is enabled.`,
    };
  }
  return held === "key" && error.vaultStatus === undefined
    ? { message: "It is no EC key on the curve P-256.", hint: "Import the .p8 file as an EC key." }
    : { message: "It is gone from the vault.", hint: "If that was not meant, recover it or add it again." };
}
