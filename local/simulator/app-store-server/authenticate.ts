import type { Call } from "../core/call.ts";
import { createTokenVerifier, lifetimeFault, unknownClaim } from "../core/token.ts";
import type { InAppPurchaseKey } from "../keys.ts";
import type { ServerEnvironment } from "../world/transactions.ts";
import type { World } from "../world/world.ts";
import { unauthenticated } from "./errors.ts";

/** 60 minutes, which itself is allowed. */
const maxSeconds = 60 * 60;

/** The app that a token speaks for. */
export interface ServerCaller {
  bundleId: string;
  appAppleId: number;
}

/**
 * Which app is asked about: the token's `bid`, which the key must serve. Production does not know apps that were
 * never released.
 *
 * @throws Refused 401.
 */
export function createAuthenticator(
  environment: ServerEnvironment["name"],
  world: () => World,
  keys: () => readonly InAppPurchaseKey[],
): (call: Call) => ServerCaller {
  const verify = createTokenVerifier(keys);
  return (call) => {
    const token = verify(call.headers.authorization);
    if ("refused" in token) throw unauthenticated(token.refused);
    const { claims, keyId } = token;
    const key = keys().find((candidate) => candidate.keyId === keyId);
    if (key === undefined) throw unauthenticated(`kid ${keyId} is not known`);
    if (claims.aud !== "appstoreconnect-v1") throw unauthenticated(`aud is ${String(claims.aud)}`);
    if (claims.iss !== key.issuerId) throw unauthenticated(`iss is ${String(claims.iss)}`);
    const times = lifetimeFault(claims, { nowMs: call.nowMs, maxSeconds, exclusive: false });
    if (times !== undefined) throw unauthenticated(times);
    const unknown = unknownClaim(claims, ["iss", "iat", "exp", "aud", "bid"]);
    if (unknown !== undefined) throw unauthenticated(`claim ${unknown}`);
    const { bid } = claims;
    if (typeof bid !== "string" || !key.bundleIds.includes(bid))
      throw unauthenticated(`bid is ${String(bid)}`);
    const app = world().appStoreServer.apps.get(bid);
    if (app === undefined) throw unauthenticated(`no app has the bundle id ${bid}`);
    if (environment === "Production" && !app.releasedInProduction)
      throw unauthenticated(`${bid} was never released in production`);
    return { bundleId: bid, appAppleId: app.appAppleId };
  };
}
