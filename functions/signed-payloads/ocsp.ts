import { createHash, createPublicKey, type KeyObject, verify, type X509Certificate } from "node:crypto";
import {
  BasicOCSPResponse,
  CertID,
  id_kp_OCSPSigning,
  id_pkix_ocsp_basic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  Request,
  type SingleResponse,
  TBSRequest,
} from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Certificate, ExtendedKeyUsage, id_ce_extKeyUsage } from "@peculiar/asn1-x509";
import type { Link } from "./chain.ts";

/**
 * The Online Certificate Status Protocol (RFC 6960), as far as one certificate of a verified chain needs it. Loaded by the
 * first check, since the library for its ASN.1 is used nowhere else.
 */

/** What a responder says of a certificate. */
export interface CertificateStatus {
  status: "good" | "revoked" | "unknown";
  /** When there will be something newer, in milliseconds since the epoch. */
  nextUpdate: number;
}

/** SHA-256. Source of its use in certificate IDs at Apple: apple/app-store-server-library-node, jws_verification.ts. */
const sha256 = "2.16.840.1.101.3.4.2.1";

/** Digests of the signature algorithms that are taken: ECDSA (RFC 5758) and RSA (RFC 8017), never with SHA-1. */
const digests: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
};

/** How far a clock may be off, in milliseconds, as with the dates of certificates. */
const toleranceMs = 60_000;

/** A responder sends its own certificate; a few more do no harm. */
const maxCertificates = 4;

/** The request about a certificate. Without a nonce: responders of this size answer from what they signed beforehand. */
export function ocspRequest(link: Link): Uint8Array {
  const tbsRequest = new TBSRequest({ requestList: [new Request({ reqCert: certificateId(link) })] });
  return new Uint8Array(AsnConvert.serialize(new OCSPRequest({ tbsRequest })));
}

/**
 * Reads what a responder answered about a certificate: signed by its issuer, or by whom the issuer appointed for that,
 * about this very certificate, and valid now.
 *
 * @throws Error where the answer is not to be believed.
 */
export function readOcspAnswer(bytes: Uint8Array, link: Link, now: number): CertificateStatus {
  const { responseStatus, responseBytes } = AsnConvert.parse(bytes, OCSPResponse);
  if (
    responseStatus !== OCSPResponseStatus.successful ||
    responseBytes?.responseType !== id_pkix_ocsp_basic
  ) {
    throw new Error("The responder did not answer about the certificate.");
  }
  const basic = AsnConvert.parse(responseBytes.response.buffer, BasicOCSPResponse);
  const { tbsResponseData, tbsResponseDataRaw, signatureAlgorithm, signature, certs = [] } = basic;
  const isSignedBy = (key: KeyObject) =>
    isSigned(tbsResponseDataRaw, signatureAlgorithm.algorithm, signature, key);
  const issuerKey = link.issuer.publicKey;
  const believed =
    isSignedBy(issuerKey) ||
    certs
      .slice(0, maxCertificates)
      .some((certificate) => isAppointed(certificate, issuerKey, now) && isSignedBy(keyOf(certificate)));
  if (!believed) throw new Error("The answer is signed by nobody who may speak for the issuer.");

  const wanted = encoded(certificateId(link));
  const single = tbsResponseData.responses.find(({ certID }) => encoded(certID).equals(wanted));
  if (!single) throw new Error("The answer is about another certificate.");
  const thisUpdate = single.thisUpdate.getTime();
  const nextUpdate = single.nextUpdate?.getTime() ?? Number.NaN;
  if (!(thisUpdate <= now + toleranceMs && nextUpdate >= now - toleranceMs)) {
    throw new Error("The answer is not valid now.");
  }
  return { status: statusOf(single), nextUpdate };
}

function statusOf({ certStatus }: SingleResponse): CertificateStatus["status"] {
  if (certStatus.revoked !== undefined) return "revoked";
  return certStatus.good === undefined ? "unknown" : "good";
}

/** Names a certificate by its issuer's name and key, and its number (RFC 6960, 4.1.1). */
function certificateId({ certificate, issuer }: Link): CertID {
  const { tbsCertificate } = AsnConvert.parse(issuer.raw, Certificate);
  const hash = (content: ArrayBuffer) =>
    new OctetString(createHash("sha256").update(Buffer.from(content)).digest());
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: sha256, parameters: null }),
    issuerNameHash: hash(AsnConvert.serialize(tbsCertificate.subject)),
    issuerKeyHash: hash(tbsCertificate.subjectPublicKeyInfo.subjectPublicKey),
    serialNumber: AsnConvert.parse(certificate.raw, Certificate).tbsCertificate.serialNumber,
  });
}

/** What an ID says, so that two can be compared; whether its algorithm has parameters does not matter (RFC 5754, 2). */
function encoded({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: CertID): Buffer {
  const parts = [issuerNameHash.buffer, issuerKeyHash.buffer, serialNumber].map((part) => Buffer.from(part));
  return Buffer.from([hashAlgorithm.algorithm, ...parts.map((part) => part.toString("hex"))].join(" "));
}

/** Whether an issuer made a certificate for its responder, and it is valid now (RFC 6960, 4.2.2.2). */
function isAppointed(certificate: Certificate, issuerKey: KeyObject, now: number): boolean {
  const { tbsCertificate, tbsCertificateRaw, signatureAlgorithm, signatureValue } = certificate;
  const { validity, extensions = [] } = tbsCertificate;
  const usage = extensions.find(({ extnID }) => extnID === id_ce_extKeyUsage);
  return (
    usage !== undefined &&
    AsnConvert.parse(usage.extnValue.buffer, ExtendedKeyUsage).includes(id_kp_OCSPSigning) &&
    validity.notBefore.getTime().getTime() <= now + toleranceMs &&
    validity.notAfter.getTime().getTime() >= now - toleranceMs &&
    isSigned(tbsCertificateRaw, signatureAlgorithm.algorithm, signatureValue, issuerKey)
  );
}

function keyOf({ tbsCertificate }: Certificate): KeyObject {
  const key = Buffer.from(AsnConvert.serialize(tbsCertificate.subjectPublicKeyInfo));
  return createPublicKey({ key, format: "der", type: "spki" });
}

function isSigned(
  content: ArrayBuffer | undefined,
  algorithm: string,
  signature: ArrayBuffer,
  key: KeyObject,
): boolean {
  const digest = digests[algorithm];
  return (
    content !== undefined &&
    digest !== undefined &&
    verify(digest, Buffer.from(content), key, Buffer.from(signature))
  );
}

/** Where the responder of a certificate is, by its own authority information access (RFC 5280, 4.2.2.1). */
export function responderUrl({ infoAccess }: X509Certificate): string | undefined {
  return /^OCSP - URI:(\S+)$/m.exec(infoAccess ?? "")?.[1];
}
