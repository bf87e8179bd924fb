import { chooseCredential } from "../choose.ts";
import type { Credential } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import {
  type DecodedPayload,
  type Expected,
  SignatureFault,
  type TrustedApp,
} from "../signed-payloads/index.ts";
import { appStoreServerKinds } from "./credential.ts";

/** The apps that a credential serves. */
export function appsOf({ bundleIds, appAppleIds }: Credential): TrustedApp[] {
  return bundleIds.map((bundleId, index) => ({ bundleId, appAppleId: appAppleIds[index] }));
}

/**
 * The apps whose payloads are believed: those of the credential that the caller named, else those of every in-app-purchase
 * credential that may be used now.
 */
export async function trustedApps({ credentials, credentialName, deadline }: Scope): Promise<TrustedApp[]> {
  if (credentialName !== undefined) {
    const { credential } = await chooseCredential(
      { credentials, deadline },
      appStoreServerKinds,
      credentialName,
    );
    return appsOf(credential);
  }
  const usable = await credentials.list(deadline.signal);
  return usable.filter(({ kind }) => kind === "in-app-purchase").flatMap(appsOf);
}

/**
 * Decodes what a caller gave.
 *
 * @throws RelayError `invalid_signature` with the rule that was not met; `upstream_unavailable` where Apple has to be asked
 *   about revocation and does not answer.
 */
export async function decodeGiven(
  { signedPayloads }: Pick<Scope, "signedPayloads">,
  signedPayload: string,
  expected: Expected,
): Promise<DecodedPayload> {
  try {
    return await signedPayloads.decode(signedPayload, expected);
  } catch (error) {
    if (!(error instanceof SignatureFault)) throw error;
    throw new RelayError("invalid_signature", {
      message: `The signed payload is not to be believed. ${error.message}`,
      hint: "Pass what Apple signed as it came, whole and unchanged, and check that a credential serves its app.",
      details: [{ field: "signedPayload", message: error.message }],
    });
  }
}
