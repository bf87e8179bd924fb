/** The kinds of credential that a secret's `kind` tag may name. */
export const credentialKinds = [
  "app-store-connect-team",
  "app-store-connect-individual",
  "in-app-purchase",
  "adjust",
  "adjust-s2s",
  "app-store-connect-webhook",
  "app-store-connect-webhook-master",
  "adjust-callback",
  "app-store-shared-secret",
] as const;

export type CredentialKind = (typeof credentialKinds)[number];

/** What is known of a credential without reading its value. Nothing in it is secret. */
export interface Credential {
  /** Name of the Key Vault secret or key, or of the file in the vault folder without `.json`. */
  name: string;
  kind: CredentialKind;
  /** Version of the secret or key; changes when the value or the tags change. */
  version: string;
  keyId?: string;
  issuerId?: string;
  bundleIds: readonly string[];
  /** Apple IDs of the apps in `bundleIds`, same order; empty when the tag is absent. */
  appAppleIds: readonly string[];
  isDefault: boolean;
  /** Where the private key is: in a secret's value, or in the vault as a non-exportable key. */
  held: "secret" | "key";
}

/** Who a token is for. */
export interface TokenAudience {
  /** The `bid` claim of App Store Server tokens. */
  bundleId?: string;
  /** How the value of the header is written; absent: `Bearer …`. Adjust's older APIs take `Token token=…`. */
  scheme?: "Token";
}

/**
 * A credential that was chosen for a call, able to authorize upstream requests. Neither the key nor a token can be
 * had from it except through `authorization`.
 */
export interface ChosenCredential {
  readonly credential: Credential;
  /**
   * The value of an `authorization` header, in the audience's scheme.
   *
   * @throws RelayError `credential_unavailable` when the credential is gone, disabled or expired,
   *   `key_vault_unavailable` when the vault cannot be asked, or not before `signal` is aborted.
   */
  authorization(audience: TokenAudience, signal?: AbortSignal): Promise<string>;
  /**
   * Called after the upstream answered 401: drops the token and the cached secret, so that the next
   * `authorization` reads the vault again. `upstreamDate` is the answer's `Date` in milliseconds. Where it is off the
   * machine's own clock by more than a few seconds, it sets this credential's clock for the tokens to come. Each such
   * answer is measured anew and replaces the one before, and none moves the clock further than 15 minutes from the
   * machine's own.
   */
  refused(audience: TokenAudience, upstreamDate: number | undefined): void;
  /**
   * A key of 32 bytes derived from the secret (HKDF-SHA-256), for one purpose. Whoever has it learns nothing of the
   * secret, and it changes when the secret does.
   *
   * @param purpose names what the key is for; two purposes never share a key.
   * @throws RelayError as `authorization`; `credential_unavailable` also for what has no secret to derive from: keys that
   *   stay in the vault, and kinds that only check signatures.
   */
  deriveKey(purpose: string, signal?: AbortSignal): Promise<Buffer>;
  /**
   * The secret itself, to be sent inside of a body because a service asks for it there. Only for the kind
   * `app-store-shared-secret`.
   *
   * @throws RelayError as `authorization`.
   */
  sharedSecret(signal?: AbortSignal): Promise<string>;
  /**
   * Whether a text is the secret itself. Takes the same time whatever differs. Only for the kind `adjust-callback`.
   *
   * @throws RelayError as `authorization`.
   */
  isSecret(text: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * HMAC-SHA-256 of some bytes with the secret as its key, for a signature that was made with it to be held against.
   * Only for the kind `app-store-connect-webhook`.
   *
   * @throws RelayError as `authorization`.
   */
  mac(bytes: Uint8Array, signal?: AbortSignal): Promise<Buffer>;
  /**
   * Has `redact` replace `secret` too, until the call that brought it has ended: for secrets that a caller sends, or
   * that a service gave back, which no vault knows.
   */
  hide(secret: string): void;
  /** The text with every secret and token known to this process replaced, as `Credentials.redact` does. */
  redact(text: string): string;
}

/** What a caller may say to choose a credential. */
export interface CredentialWish {
  /** Kinds that can serve the call. */
  kinds: readonly CredentialKind[];
  /** Name given by the caller; absent: the default one of the kind (and bundle ID), else the only one. */
  name?: string;
  /** Prefer credentials that serve this bundle ID; an in-app-purchase credential that does not is not used. */
  bundleId?: string;
}

/**
 * The credentials room as the rest of the code sees it.
 *
 * A `signal` is the caller's own deadline. Once it is aborted, the caller stops waiting with `key_vault_unavailable`;
 * a call to the vault that is under way goes on for the others that wait for it.
 */
export interface Credentials {
  /**
   * @throws RelayError `credential_required` (several and none chosen, or none at all; lists the names),
   *   `credential_unavailable` (unknown, disabled, expired, forbidden and wrong kind answer alike),
   *   `key_vault_unavailable`.
   */
  choose(wish: CredentialWish, signal?: AbortSignal): Promise<ChosenCredential>;
  /** Every usable credential, by name, without any value. @throws RelayError `key_vault_unavailable`. */
  list(signal?: AbortSignal): Promise<readonly Credential[]>;
  /**
   * What an admin should know of the vault's content: credentials that are disabled, expired or not yet valid, whose
   * tags or value cannot be used or whose value cannot be read; names that are both a secret and a key; several
   * defaults of one kind; current versions that lost their `kind` while an earlier version had one. What fails for one
   * secret is told of that secret alone. At most 200 values and 200 histories are looked at.
   *
   * @throws RelayError `key_vault_unavailable` when the vault's content cannot be listed, or not in time.
   */
  problems(signal?: AbortSignal): Promise<readonly CredentialProblem[]>;
  /** Replaces every secret and token known to this process in `text`. */
  redact(text: string): string;
}

/** One thing that is wrong with a secret or key in the vault, and what to do about it. */
export interface CredentialProblem {
  name: string;
  message: string;
  hint: string;
  /** Whether it keeps the credential, or calls that name none, from working. */
  blocks: boolean;
}
