import { credentialKinds } from "../../functions/credentials/index.ts";

const where = `  --vault PLACE       Address of a Key Vault (https://my-vault.vault.azure.net) or a folder on this machine.
                      Default: LOCAL_VAULT, then KEY_VAULT_URL, then the folder .local/vault.
                      For a Key Vault sign in first (az login); writing needs the role Key Vault Secrets Officer.`;

const facts = `  --key-file FILE     The .p8 file from App Store Connect.
  --key-id ID         Its key ID. Default: what the file's name says (AuthKey_<ID>.p8, SubscriptionKey_<ID>.p8).
  --issuer-id UUID    The issuer ID (not for individual keys).
  --bundle-ids LIST   Bundle IDs that an in-app-purchase key serves, with commas.
  --app-apple-ids LIST  Apple IDs of the same apps in the same order.
  --value-file FILE   A file that holds the token or secret of the other kinds. Default: what is piped in.
  --default           Use it where a call names no credential (--no-default takes that back).`;

/** Help of the command and of each of its parts. */
export const help = {
  all: `Keeps the credentials of App Store Relay: in Key Vault, or in a folder on this machine.

  npm run credential -- add      adds one from a .p8 file or a token
  npm run credential -- rotate   gives one a new value and keeps its tags
  npm run credential -- list     shows names, kinds, key IDs and bundle IDs, never a value
  npm run credential -- check    reads each one and signs a token with it

Kinds (docs/credentials.md says which one is needed, and how to make it):
  ${credentialKinds.join("\n  ")}

  npm run credential -- add --help   tells more, with examples
`,
  add: `Adds a credential under a new name. Nothing is overwritten.

  npm run credential -- add --name NAME --kind KIND [options]

  --name NAME         Letters, digits and hyphens.
  --kind KIND         ${credentialKinds.join(",\n                      ")}
${facts}
${where}

Examples:
  npm run credential -- add --name team --kind app-store-connect-team --key-file AuthKey_2X9R4HXF34.p8 --issuer-id 57246542-96fe-1a63-e053-0824d011072a
  npm run credential -- add --name shop --kind in-app-purchase --key-file SubscriptionKey_2X9R4HXF34.p8 --issuer-id 57246542-96fe-1a63-e053-0824d011072a --bundle-ids com.example.shop --app-apple-ids 1234567890
  npm run credential -- add --name adjust --kind adjust --value-file adjust-token.txt --vault https://my-vault.vault.azure.net
  npm run credential -- add --name adjust-s2s-shop --kind adjust-s2s --value-file s2s-token.txt
  npm run credential -- add --name shop-purchases --kind app-store-shared-secret --value-file shared-secret.txt
`,
  rotate: `Gives a credential a new value. Its tags are carried over; options replace them one by one.

  npm run credential -- rotate --name NAME [options]

  --name NAME         The credential.
  --kind KIND         Only to change it.
${facts}
${where}

Examples:
  npm run credential -- rotate --name team --key-file AuthKey_7Y1S5JYG45.p8
  npm run credential -- rotate --name adjust --value-file new-adjust-token.txt
`,
  list: `Shows the credentials of a vault, and what is wrong with those that cannot be used. Never a value.

  npm run credential -- list [--vault PLACE]

${where}

Example:
  npm run credential -- list --vault https://my-vault.vault.azure.net
`,
  check: `Reads every credential of a vault and signs a token with it, without calling Apple or Adjust. Also finds secrets
that lost their tags and names that are both a secret and a key. Ends with 1 when there is a problem.

  npm run credential -- check [--vault PLACE]

${where}

Example:
  npm run credential -- check --vault .local/vault
`,
} as const;
