import { RelayError } from "../errors.ts";
import type { Credential, CredentialWish } from "./credential.ts";

/**
 * Whether a credential can serve a wish at all: the kind fits, and an in-app-purchase key serves the bundle ID that
 * was asked for.
 */
export function fits(credential: Credential, wish: CredentialWish): boolean {
  if (!wish.kinds.includes(credential.kind)) return false;
  if (wish.bundleId === undefined || credential.kind !== "in-app-purchase") return true;
  return credential.bundleIds.includes(wish.bundleId);
}

/**
 * The credential for a caller who names none: the one tagged `default` among those that fit, else the only one.
 * Where some list the bundle ID that is asked for, only those are considered.
 *
 * @param usable credentials that may be used now.
 * @throws RelayError `credential_required` when that leaves none, or several.
 */
export function selectDefault(usable: readonly Credential[], wish: CredentialWish): Credential {
  const fitting = usable.filter((credential) => fits(credential, wish));
  const { bundleId } = wish;
  const serving = fitting.filter((one) => bundleId !== undefined && one.bundleIds.includes(bundleId));
  const candidates = serving.length > 0 ? serving : fitting;
  const defaults = candidates.filter((credential) => credential.isDefault);
  const [only, ...others] = defaults.length > 0 ? defaults : candidates;
  if (only && others.length === 0) return only;
  throw credentialRequired(candidates, defaults.length > 1, wish);
}

function credentialRequired(
  candidates: readonly Credential[],
  severalDefaults: boolean,
  wish: CredentialWish,
): RelayError {
  const kinds = wish.kinds.join(" or ");
  if (candidates.length === 0) {
    const served = wish.bundleId === undefined ? "" : ` that serves ${JSON.stringify(wish.bundleId)}`;
    return new RelayError("credential_required", {
      message: `The vault holds no usable credential of the kind ${kinds}${served}.`,
      hint: "An admin adds one with npm run credential -- add; TestConnection tells what is wrong with those there are.",
    });
  }
  const names = candidates.map((credential) => credential.name).sort();
  return new RelayError("credential_required", {
    message: `Several credentials can serve this call${severalDefaults ? " and more than one of them is the default" : ""}: ${names.join(", ")}.`,
    hint: "Name one of them in credential, or tag one as the default.",
    details: [{ field: "credential", message: `One of ${names.join(", ")}.` }],
  });
}
