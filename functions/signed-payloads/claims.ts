import { SignatureFault } from "./fault.ts";
import { type SignedFields, type SignedKind, subjectOf } from "./kind.ts";

/** An app that an enabled in-app-purchase credential serves. */
export interface TrustedApp {
  bundleId: string;
  /** Its Apple ID; undefined where the credential does not say it. */
  appAppleId: string | undefined;
}

/** Environments whose payloads Apple signs. Those of Xcode and of local tests are signed by whoever made them. */
export type SignedEnvironment = "Production" | "Sandbox";

/** What a payload has to be about. */
export interface ExpectedClaims {
  apps: readonly TrustedApp[];
  /** Absent: either. */
  environment?: SignedEnvironment | undefined;
}

/** What a payload proves to be about. */
export interface ProvenClaims {
  environment: SignedEnvironment;
  /** Undefined for renewal info, which names no app. */
  bundleId: string | undefined;
}

/**
 * Holds the claims of a payload against the apps of the caller's credentials. Apple's signature alone says only that
 * Apple wrote it, for some developer's app.
 *
 * @throws SignatureFault
 */
export function checkClaims(
  kind: SignedKind,
  payload: SignedFields,
  { apps, environment: wanted }: ExpectedClaims,
): ProvenClaims {
  const subject = subjectOf(kind, payload);
  const environment = subject?.environment;
  if (environment !== "Production" && environment !== "Sandbox") {
    throw new SignatureFault("Its environment is neither Production nor Sandbox.");
  }
  if (wanted !== undefined && environment !== wanted) {
    throw new SignatureFault(`It is of the environment ${environment}, not of ${wanted}.`);
  }
  if (kind === "renewalInfo") return { environment, bundleId: undefined };
  // Several credentials may serve one app, and not each of them says its Apple ID: their order must not decide.
  const serving = apps.filter(({ bundleId }) => bundleId === subject?.bundleId);
  const [app] = serving;
  if (!app) throw new SignatureFault("Its bundle ID is of no app that a credential here serves.");
  if (environment === "Production" && (kind === "notification" || kind === "appTransaction")) {
    if (serving.every(({ appAppleId }) => appAppleId === undefined)) {
      throw new SignatureFault(
        "The credential of its app has no app-apple-ids, without which payloads of production cannot be told from others'.",
      );
    }
    if (!serving.some(({ appAppleId }) => appAppleId !== undefined && appAppleId === subject?.appAppleId)) {
      throw new SignatureFault("Its Apple ID is not that of the app.");
    }
  }
  return { environment, bundleId: app.bundleId };
}
