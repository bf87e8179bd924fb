import type { ChosenCredential, CredentialKind } from "./credentials/index.ts";
import type { Scope } from "./scope.ts";

/**
 * Chooses the credential of a call, within the call's deadline.
 *
 * @param name as the caller gave it; undefined: the default one of the kinds, else the only one.
 * @param bundleId app that the credential has to serve, where the kind serves apps.
 * @throws RelayError as `Credentials.choose`.
 */
export function chooseCredential(
  { credentials, deadline }: Pick<Scope, "credentials" | "deadline">,
  kinds: readonly CredentialKind[],
  name: string | undefined,
  bundleId?: string,
): Promise<ChosenCredential> {
  return credentials.choose(
    { kinds, ...(name !== undefined && { name }), ...(bundleId !== undefined && { bundleId }) },
    deadline.signal,
  );
}
