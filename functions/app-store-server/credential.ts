import { chooseCredential } from "../choose.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import type { Scope } from "../scope.ts";

/** Kinds of key that the App Store Server API takes. */
export const appStoreServerKinds = ["in-app-purchase"] as const;

/** A credential with the app that it is used for: tokens of this API name one app, by bundle ID. */
export interface AppCredential {
  credential: ChosenCredential;
  bundleId: string;
}

/**
 * Chooses an in-app-purchase credential and the bundle ID that its token names.
 *
 * @param bundleId may be left out where the credential serves one app only.
 * @throws RelayError as `Credentials.choose`, and `credential_required` where the app is not clear.
 */
export async function chooseForApp(
  scope: Pick<Scope, "credentials" | "deadline">,
  name: string | undefined,
  bundleId: string | undefined,
): Promise<AppCredential> {
  const credential = await chooseCredential(scope, appStoreServerKinds, name, bundleId);
  const { bundleIds } = credential.credential;
  const [only] = bundleIds;
  const chosen = bundleId ?? (bundleIds.length === 1 ? only : undefined);
  if (chosen === undefined) {
    throw new RelayError("credential_required", {
      message: `The credential serves ${bundleIds.length} apps, so the call has to say which one is meant.`,
      hint: "Give the bundle ID of the app.",
      details: [{ field: "bundleId", message: `must be one of ${bundleIds.join(", ")}.` }],
    });
  }
  return { credential, bundleId: chosen };
}
