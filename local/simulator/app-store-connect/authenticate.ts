import type { Call } from "../core/call.ts";
import { createTokenVerifier, lifetimeFault, unknownClaim } from "../core/token.ts";
import type { AppStoreConnectKey } from "../keys.ts";
import { unauthorized } from "./errors.ts";

/** 20 minutes. A token that lives for exactly that long is refused too, as clients have met it. */
const maxSeconds = 20 * 60;

/**
 * Who is calling. Team keys say `iss`; individual keys say `sub: "user"` and no `iss`. `scope` is not simulated and
 * refused as unknown.
 *
 * @throws Refused 401.
 */
export function createAuthenticator(
  keys: () => readonly AppStoreConnectKey[],
): (call: Call) => AppStoreConnectKey {
  const verify = createTokenVerifier(keys);
  return (call) => {
    const token = verify(call.headers.authorization);
    if ("refused" in token) throw unauthorized(token.refused);
    const { claims, keyId } = token;
    const key = keys().find((candidate) => candidate.keyId === keyId);
    if (key === undefined) throw unauthorized(`kid ${keyId} is not known`);
    if (claims.aud !== "appstoreconnect-v1") throw unauthorized(`aud is ${String(claims.aud)}`);
    const times = lifetimeFault(claims, { nowMs: call.nowMs, maxSeconds, exclusive: true });
    if (times !== undefined) throw unauthorized(times);
    const unknown = unknownClaim(claims, ["iss", "sub", "iat", "exp", "aud"]);
    if (unknown !== undefined) throw unauthorized(`claim ${unknown}`);
    if (key.issuerId === undefined) {
      if (claims.iss !== undefined) throw unauthorized("an individual key has no iss");
      if (claims.sub !== "user") throw unauthorized(`sub is ${String(claims.sub)}`);
    } else {
      if (claims.iss !== key.issuerId) throw unauthorized(`iss is ${String(claims.iss)}`);
      if (claims.sub !== undefined) throw unauthorized("a team key has no sub");
    }
    return key;
  };
}
