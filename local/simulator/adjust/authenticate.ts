import type { Call } from "../core/call.ts";
import { Refused } from "../core/reply.ts";
import type { SimulatorKeys } from "../keys.ts";
import { statusReply } from "./errors.ts";

/** Paths whose documentation shows `Authorization: Token token=…` and no other way. */
const olderPaths = /^\/(public\/v2\/|device_service\/api\/v1\/)/;

/** Paths of the server-to-server services, which look at their own tokens. */
const s2sPaths = new Set(["/event", "/gdpr_forget_device"]);

/** Looks for the account's API token, in the scheme that the path's documentation shows. @throws Refused 401. */
export function authenticate({ path, headers: { authorization = "" } }: Call, keys: SimulatorKeys): void {
  if (s2sPaths.has(path)) return;
  const scheme = olderPaths.test(path) ? /^Token token=([^\s]+)$/ : /^Bearer ([^\s]+)$/;
  const token = scheme.exec(authorization)?.[1];
  if (!keys.adjust.some((known) => known.token === token)) {
    const reason = token === undefined ? "no token in the scheme of this path" : "the token is not known";
    throw new Refused(statusReply(401), reason);
  }
}

/** What a server-to-server service says of a call's token for an app; undefined when it is the app's. */
export function s2sTokenFault(
  { headers: { authorization } }: Call,
  appToken: string,
  keys: SimulatorKeys,
): string | undefined {
  const token = /^Bearer ([^\s]+)$/.exec(authorization ?? "")?.[1];
  if (token === undefined) return "Missing authentication token";
  const own = keys.adjustS2s.some((known) => known.token === token && known.appTokens.includes(appToken));
  return own ? undefined : "Wrong authentication token";
}
