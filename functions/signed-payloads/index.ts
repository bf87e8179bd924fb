export type { SignedEnvironment, TrustedApp } from "./claims.ts";
export { SignatureFault } from "./fault.ts";
export { decimalMoney, friendly, isoDate } from "./friendly.ts";
export { parseJws } from "./jws.ts";
export type { SignedKind } from "./kind.ts";
export type { Revocation } from "./revocation.ts";
export {
  createSignedPayloads,
  type DecodedPayload,
  type Expected,
  type SignedPayloads,
} from "./signed-payloads.ts";
export { hasAccess } from "./texts.ts";
