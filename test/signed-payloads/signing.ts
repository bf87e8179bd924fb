import { type KeyObject, sign } from "node:crypto";
import {
  type Authority,
  type Certified,
  makeAuthority,
  privateKeyOf,
} from "../../local/simulator/signing/authority.ts";
import { type Node, parseDer, partsOf, writeDer } from "./der-tree.ts";
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

/**
 * A certificate that was changed before its issuer signed it, as `x5c` has it.
 *
 * @param change is given what is signed, which stands alone in its list.
 */
export async function signedAgain(
  { base64 }: Certified,
  issuer: Certified,
  change: (signed: Node[]) => void,
): Promise<string> {
  const [tbs, algorithm, signature] = partsOf(parseDer(Buffer.from(base64, "base64"))[0]);
  if (!tbs || !algorithm || !signature) throw new Error("The certificate is none.");
  const part = [tbs];
  change(part);
  const made = sign("sha384", writeDer(part), await privateKeyOf(issuer));
  const content = [...part, algorithm, { ...signature, content: Buffer.concat([Buffer.alloc(1), made]) }];
  return writeDer([{ tag: 0x30, content }]).toString("base64");
}
