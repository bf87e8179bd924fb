import "reflect-metadata";
import { createHash, createPrivateKey, type KeyObject, randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityInfoAccessExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  Extension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

// The DOM's type, which is not here, is the same object.
cryptoProvider.set(webcrypto as never);

const day = 86_400_000;

/** What a certificate is made with; what is left out is as Apple has it. */
export interface CertificateFacts {
  name: string;
  curve?: "P-256" | "P-384";
  ca?: boolean;
  /** IDs of extensions beside the constraints, each with an empty content. */
  marks?: readonly string[];
  /** An extension of that ID with that content. */
  other?: { id: string; content: Uint8Array<ArrayBuffer> };
  /** URL of the responder that knows whether it was revoked. */
  responder?: string | undefined;
  /** Made to answer as a responder in its issuer's name. */
  speaks?: boolean;
  from?: number;
  until?: number;
}

/** A certificate with its private key. */
export interface Certified {
  certificate: X509Certificate;
  /** DER in base64, as `x5c` has it. */
  base64: string;
  keys: webcrypto.CryptoKeyPair;
}

/** Extensions by which Apple marks the certificates of the App Store, as the verification asks for them. */
export const appleMarks = {
  intermediate: "1.2.840.113635.100.6.2.1",
  leaf: "1.2.840.113635.100.6.11.1",
} as const;

/** Purpose of a certificate that answers for its issuer (RFC 6960, 4.2.2.2). */
const ocspSigning = "1.3.6.1.5.5.7.3.9";

/** Content of a mark: DER's NULL. */
const empty = new Uint8Array([5, 0]);

/** Makes a certificate, signed by `issuer`, or by itself. */
export async function certify(facts: CertificateFacts, issuer?: Certified): Promise<Certified> {
  const now = Date.now();
  const { name, curve = "P-256", ca = false, marks = [], other, responder, speaks } = facts;
  const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: curve }, true, [
    "sign",
    "verify",
  ]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `01${randomBytes(8).toString("hex")}`,
    subject: `CN=${name}`,
    issuer: issuer?.certificate.subject ?? `CN=${name}`,
    notBefore: new Date(facts.from ?? now - 365 * day),
    notAfter: new Date(facts.until ?? now + 365 * day),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-384" },
    extensions: [
      new BasicConstraintsExtension(ca, undefined, true),
      ...marks.map((id) => new Extension(id, false, empty)),
      ...(responder ? [new AuthorityInfoAccessExtension({ ocsp: responder })] : []),
      ...(speaks ? [new ExtendedKeyUsageExtension([ocspSigning])] : []),
      ...(other ? [new Extension(other.id, false, other.content)] : []),
    ],
  });
  return { certificate, base64: Buffer.from(certificate.rawData).toString("base64"), keys };
}

/** A chain as Apple's: P-384 above a P-256 leaf. */
export interface Authority {
  root: Certified;
  intermediate: Certified;
  leaf: Certified;
  /** SHA-256 of the root, in lower-case hexadecimal. */
  fingerprint: string;
}

/** SHA-256 of a certificate, in lower-case hexadecimal. */
export function fingerprintOf({ certificate }: Certified): string {
  return createHash("sha256").update(Buffer.from(certificate.rawData)).digest("hex");
}

/**
 * Makes a chain with Apple's marks and names of its own.
 *
 * @param responder URL of the responder that leaf and intermediate name; absent: they name none.
 */
export async function makeAuthority(responder?: string): Promise<Authority> {
  const root = await certify({ name: "Simulated Root CA", curve: "P-384", ca: true });
  const intermediate = await certify(
    {
      name: "Simulated Intermediate CA",
      curve: "P-384",
      ca: true,
      marks: [appleMarks.intermediate],
      responder,
    },
    root,
  );
  const leaf = await certify(
    { name: "Simulated App Store", marks: [appleMarks.leaf], responder },
    intermediate,
  );
  return { root, intermediate, leaf, fingerprint: fingerprintOf(root) };
}

/** The private key of a certificate, as node:crypto signs with it. */
export async function privateKeyOf({ keys }: Certified): Promise<KeyObject> {
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
}
