export {
  type ChosenCredential,
  type Credential,
  type CredentialKind,
  type CredentialProblem,
  type Credentials,
  type CredentialWish,
  credentialKinds,
  type TokenAudience,
} from "./credential.ts";
export { type CredentialsOptions, createCredentials } from "./credentials.ts";
export { openVault, type VaultConfiguration, type VaultOptions } from "./open-vault.ts";
export { credentialName, type Vault, VaultError, type VaultItem, type VaultSecret } from "./vault.ts";
