import { RelayError } from "../errors.ts";
import { credentialPattern } from "../patterns.ts";

/** What a vault tells of a secret or key without its value. */
export interface VaultItem {
  name: string;
  /** Changes when the value or the tags change. Where a listing carries no version, the time of the change. */
  version: string;
  tags: Readonly<Record<string, string>>;
  enabled: boolean;
  /** Milliseconds since the epoch; before it the item must not be used. */
  notBefore?: number;
  /** Milliseconds since the epoch; from it on the item must not be used. */
  expiresOn?: number;
  /** Why the item cannot be read at all, such as a file that is no JSON. It then counts as disabled. */
  problem?: string;
}

/** A secret as it is now. */
export interface VaultSecret extends VaultItem {
  value: string;
}

/**
 * Where credentials are kept: Key Vault, or a folder that stands in for it. Reading only; nothing here writes.
 *
 * Every method throws `VaultError` and nothing else.
 */
export interface Vault {
  /** Milliseconds that an answer may be used before the vault is asked again. */
  readonly freshMs: number;
  /** Every secret, disabled ones too. `fresh`: look again even where the vault itself remembers. */
  listSecrets(options?: { fresh?: boolean }): Promise<readonly VaultItem[]>;
  /** Every key; none where there is no right to list them. */
  listKeys(): Promise<readonly VaultItem[]>;
  /** The current version of a secret. */
  readSecret(name: string): Promise<VaultSecret>;
  /** The current version of an EC key on P-256, without its private part, which never leaves the vault. */
  readKey(name: string): Promise<VaultItem>;
  /**
   * Signs a SHA-256 digest with ECDSA on P-256.
   *
   * @returns 64 bytes, r‖s, as JWS wants them (RFC 7518, 3.4).
   */
  sign(name: string, version: string, digest: Uint8Array): Promise<Uint8Array>;
  /** The tags of a secret's versions, newest first; empty where the vault keeps no versions. */
  listVersionTags(name: string): Promise<readonly Readonly<Record<string, string>>[]>;
}

/** Names of secrets and keys, and of the folder's files. */
export const credentialName = new RegExp(credentialPattern);

/**
 * Why a vault did not give what was asked.
 *
 * - `gone`: missing, disabled or forbidden. Fails closed.
 * - `transient`: throttled, broken or out of reach; may pass, so a cached secret may bridge it for a while.
 * - `refused`: the vault does not let us in at all, or answers what cannot be understood. Fails closed.
 */
export type VaultFault = "gone" | "transient" | "refused";

/** What is kept of an SDK's error: never its request, its headers or its text. */
export interface VaultErrorFacts {
  fault: VaultFault;
  /** What was tried, such as `list secrets`. */
  action: string;
  /** Name of the SDK's error class or system error. */
  name?: string;
  status?: number;
  /** Key Vault's own code, such as `ForbiddenByRbac`. */
  code?: string;
  /** What to do about it, where the usual advice does not fit. */
  hint?: string;
}

/** The message for every credential that cannot be used, whatever the reason: probing must learn nothing. */
const unavailableMessage = "The chosen credential cannot be used.";

const unavailableHint =
  "Check the name with ListCredentials; TestConnection tells an admin what is wrong with a credential.";

/**
 * The one answer for names that are unknown, disabled, expired, forbidden or of another kind. It names nothing, so
 * that all of them are the same byte for byte.
 *
 * @param cause the reason, for the logs.
 */
export function credentialUnavailable(cause?: Error): RelayError {
  return new RelayError("credential_unavailable", {
    message: unavailableMessage,
    hint: unavailableHint,
    source: "relay",
    cause,
  });
}

/** A failure of the vault, already in the shape that callers see. */
export class VaultError extends RelayError {
  readonly fault: VaultFault;
  /** Key Vault's own code, such as `ObjectIsDeletedButRecoverable`. */
  readonly vaultCode: string | undefined;
  /** Status of the vault's answer; absent when none came. */
  readonly vaultStatus: number | undefined;

  constructor(facts: VaultErrorFacts) {
    const gone = facts.fault === "gone";
    super(gone ? "credential_unavailable" : "key_vault_unavailable", {
      message: gone ? unavailableMessage : "The vault that holds the credentials cannot be used right now.",
      hint: gone
        ? unavailableHint
        : facts.fault === "transient"
          ? "Try again in a minute; if it stays, look at the health of the Key Vault."
          : (facts.hint ??
            "Check that the function app's identity has the role Key Vault Secrets User on the vault, and that the vault's firewall lets it in."),
      source: gone ? "relay" : "key-vault",
      ...(!gone && { retryAfterSeconds: 5 }),
      cause: describe(facts),
    });
    this.fault = facts.fault;
    this.vaultCode = facts.code;
    this.vaultStatus = facts.status;
  }
}

/** A plain error for the logs, with names and numbers only. */
function describe(facts: VaultErrorFacts): Error {
  const parts = [facts.name, facts.status, facts.code].filter((part) => part !== undefined);
  const cause = new Error(`Could not ${facts.action}: ${parts.join(" ") || facts.fault}.`);
  // A stack would only say where this line is.
  cause.stack = `${cause.name}: ${cause.message}`;
  return cause;
}
