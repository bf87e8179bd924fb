import type { KeyObject } from "node:crypto";
import {
  type Authority,
  type Certified,
  makeAuthority,
  privateKeyOf,
} from "../../local/simulator/signing/authority.ts";
import { type Fields, jws, transaction } from "./payloads.ts";

/** What tests sign with: a chain as Apple's, and ways to sign with it and with others. */
export interface Signing {
  authority: Authority;
  /** Private key of the leaf. */
  key: KeyObject;
  /** The chain as `x5c` has it. */
  chain(): string[];
  /** Signs a payload with the leaf, under a header that `header` changes. */
  signed(payload: unknown, header?: Fields): string;
}

/** Certificates as `x5c` has them. */
export const x5c = (...certificates: readonly Certified[]): string[] =>
  certificates.map(({ base64 }) => base64);

/** Makes a chain to sign with. @param responder URL of the responder that its certificates name; absent: none. */
export async function makeSigning(responder?: string): Promise<Signing> {
  const authority = await makeAuthority(responder);
  const key = await privateKeyOf(authority.leaf);
  const chain = () => x5c(authority.leaf, authority.intermediate, authority.root);
  return {
    authority,
    key,
    chain,
    signed: (payload, header = {}) => jws({ alg: "ES256", x5c: chain(), ...header }, payload, key),
  };
}

/** Signs with a leaf of its own, with the certificates above it. */
export async function signedBy(
  leaf: Certified,
  above: readonly Certified[],
  payload: unknown = transaction(),
): Promise<string> {
  return jws({ alg: "ES256", x5c: x5c(leaf, ...above) }, payload, await privateKeyOf(leaf));
}
