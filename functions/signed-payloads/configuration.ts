import type { Revocation } from "./revocation.ts";

/** How and where revocation is checked. */
export interface OcspConfiguration {
  mode: Revocation["mode"];
  /** Origin of the responder that certificates have to name. */
  origin: string;
}

/** Apple's responder. Source: authority information access of Apple's certificates; OCSP needs no TLS (RFC 6960, 5). */
const appleResponder = "http://ocsp.apple.com";

/**
 * Reads `APPLE_OCSP` and `APPLE_OCSP_URL`.
 *
 * @param loopbackOrigin the origin of an address on this machine; absent where none may be used.
 * @returns undefined where revocation is not checked; a sentence that says what to change.
 */
export function readOcsp(
  setting: (name: string) => string | undefined,
  loopbackOrigin: ((value: string) => string | undefined) | undefined,
): OcspConfiguration | undefined | string {
  const mode = setting("APPLE_OCSP")?.toLowerCase() ?? "off";
  const url = setting("APPLE_OCSP_URL");
  if (url !== undefined && !loopbackOrigin) {
    return "APPLE_OCSP_URL is for tests on one machine: remove it, or set LOCAL_VAULT instead of KEY_VAULT_URL.";
  }
  const origin = url === undefined ? appleResponder : loopbackOrigin?.(url);
  if (!origin) return "APPLE_OCSP_URL must be an origin on this machine, such as http://127.0.0.1:8080.";
  if (mode === "off") return undefined;
  return mode === "open" || mode === "closed"
    ? { mode, origin }
    : "APPLE_OCSP must be off, open (believe payloads while Apple cannot be asked) or closed (do not).";
}
