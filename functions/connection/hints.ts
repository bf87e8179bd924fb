import type { CredentialKind, CredentialProblem } from "../credentials/index.ts";
import type { RelayError } from "../errors.ts";

const rotate = "If not, make a new one and run npm run credential -- rotate.";

/** What to look at when a service refuses a credential, in the terms of that service. */
const refusedHints: Readonly<Partial<Record<CredentialKind, string>>> = {
  "app-store-connect-team": `Check in App Store Connect that the team key is still active, and that the tags key-id and issuer-id are its own. ${rotate}`,
  "app-store-connect-individual": `Check in App Store Connect that the individual key is still active, and that the tag key-id is its own. ${rotate}`,
  "in-app-purchase": `Check in App Store Connect that the in-app purchase key is still active, that the tags key-id and issuer-id are its own, and that the app is of the same account. ${rotate}`,
  adjust: `Check in Adjust that the API token is still valid and its user has admin rights. ${rotate}`,
};

/**
 * What an admin is told of a credential that does not work. By name every unusable credential gets the same answer,
 * so what is wrong with it comes from the vault's problems.
 */
export function explain(
  error: RelayError,
  kind: CredentialKind,
  problem: CredentialProblem | undefined,
): { message: string; hint?: string } {
  if (error.code === "credential_unavailable") {
    return {
      message: problem?.message ?? error.message,
      hint: problem?.hint ?? "Look at it in the vault: whether it is enabled, and its tags are right.",
    };
  }
  const hint = error.code === "credential_rejected" ? refusedHints[kind] : error.hint;
  return { message: error.message, ...(hint !== undefined && { hint }) };
}
