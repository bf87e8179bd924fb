import type { Credential } from "./credential.ts";
import type { Claims } from "./signing.ts";

/** Apple refuses a token from a second in the future, so a token's time is 30 s back. Source: field reports. */
const backdateSeconds = 30;

/** Apple's limit is 20 min, and exactly 20 is refused at times; 15 keeps clear of it. */
const lifetimeSeconds = 15 * 60;

/** Audience of both App Store Connect and the App Store Server API. Source: Apple's documentation. */
const audience = "appstoreconnect-v1";

/**
 * The claims of a token, fixed by the credential alone: nothing that a caller sends reaches them, but for a bundle ID
 * that the credential itself lists.
 *
 * @param now milliseconds of the corrected clock.
 * @param bundleId the `bid` of App Store Server tokens.
 */
export function claimsFor(credential: Credential, bundleId: string | undefined, now: number): Claims {
  const iat = Math.floor(now / 1000) - backdateSeconds;
  return {
    // A team's key names its issuer; an individual's key stands for the user.
    ...(credential.issuerId !== undefined ? { iss: credential.issuerId } : { sub: "user" }),
    iat,
    exp: iat + lifetimeSeconds,
    aud: audience,
    ...(bundleId !== undefined && { bid: bundleId }),
  };
}
