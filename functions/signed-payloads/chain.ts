import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { extensionIds } from "./der.ts";
import { SignatureFault } from "./fault.ts";
import type { SignedParts } from "./jws.ts";

/** A chain that leads to a trusted root. Whether it was valid at a time is asked for each payload. */
export interface VerifiedChain {
  leafKey: KeyObject;
  /** When all three hold, in milliseconds since the epoch, both ends included. */
  from: number;
  until: number;
  /** Leaf and intermediate, each with who issued it. */
  links: readonly Link[];
}

/** A certificate of a verified chain and the one that signed it. */
export interface Link {
  certificate: X509Certificate;
  issuer: X509Certificate;
}

/**
 * Extensions by which Apple marks certificates for the App Store's signatures. Without them any other certificate below
 * the same root, such as a developer's own, would do. Source: apple/app-store-server-library-node, jws_verification.ts.
 */
const intermediateMark = "1.2.840.113635.100.6.2.1";
const leafMark = "1.2.840.113635.100.6.11.1";

function readCertificate(text: string): { x509: X509Certificate; der: Buffer } {
  const der = Buffer.from(text, "base64");
  try {
    return { x509: new X509Certificate(der), der };
  } catch {
    throw new SignatureFault("One of its certificates cannot be read.");
  }
}

function marks(der: Buffer, mark: string): boolean {
  try {
    return extensionIds(der).has(mark);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The key of a certificate, which is read only now: a certificate can be read whose key cannot. */
function keyOf(certificate: X509Certificate): KeyObject {
  try {
    return certificate.publicKey;
  } catch {
    throw new SignatureFault("The key of one of its certificates cannot be read.");
  }
}

/** Names alone prove nothing: the signature decides. */
function isIssued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(keyOf(issuer));
}

/**
 * Verifies the three certificates of a header: a pinned root, byte for byte, an intermediate of Apple's that it signed,
 * and a leaf for the App Store that the intermediate signed.
 *
 * @param fingerprints SHA-256 of the trusted roots, in lower-case hexadecimal.
 * @throws SignatureFault
 */
export function verifyChain(
  certificates: SignedParts["certificates"],
  fingerprints: ReadonlySet<string>,
): VerifiedChain {
  const [leafText, intermediateText, rootText] = certificates;
  const rootBytes = Buffer.from(rootText, "base64");
  if (!fingerprints.has(createHash("sha256").update(rootBytes).digest("hex"))) {
    throw new SignatureFault("Its root certificate is not the one that is trusted.");
  }
  const root = readCertificate(rootText);
  const intermediate = readCertificate(intermediateText);
  const leaf = readCertificate(leafText);
  if (!root.x509.ca || !intermediate.x509.ca || leaf.x509.ca) {
    throw new SignatureFault("A certificate of its chain does not have the role that its place asks for.");
  }
  if (!marks(intermediate.der, intermediateMark) || !marks(leaf.der, leafMark)) {
    throw new SignatureFault("A certificate of its chain is not one that Apple uses for the App Store.");
  }
  if (!isIssued(intermediate.x509, root.x509) || !isIssued(leaf.x509, intermediate.x509)) {
    throw new SignatureFault("Its certificates were not issued by one another.");
  }
  const leafKey = keyOf(leaf.x509);
  if (leafKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new SignatureFault("The key of its certificate is not one for ES256.");
  }
  const all = [root.x509, intermediate.x509, leaf.x509];
  const from = Math.max(...all.map(({ validFrom }) => Date.parse(validFrom)));
  const until = Math.min(...all.map(({ validTo }) => Date.parse(validTo)));
  if (!Number.isFinite(from) || !Number.isFinite(until)) {
    throw new SignatureFault("The dates of its certificates cannot be read.");
  }
  const links = [
    { certificate: leaf.x509, issuer: intermediate.x509 },
    { certificate: intermediate.x509, issuer: root.x509 },
  ];
  return { leafKey, from, until, links };
}
