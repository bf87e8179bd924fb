import { createHash, sign } from "node:crypto";
import {
  BasicOCSPResponse,
  CertStatus,
  id_pkix_ocsp_basic,
  KeyHash,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  ResponderID,
  ResponseBytes,
  ResponseData,
  RevokedInfo,
  SingleResponse,
} from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Certificate } from "@peculiar/asn1-x509";
import { type Authority, type Certified, certify, privateKeyOf } from "./authority.ts";

const minute = 60_000;
const ecdsaWithSha256 = "1.2.840.10045.4.3.2";

/** What an answer says; what is left out is as a responder has it that knows of nothing bad. */
export interface OcspFacts {
  status?: "good" | "revoked" | "unknown";
  thisUpdate?: number;
  /** `null`: none. */
  nextUpdate?: number | null;
  /** Who signs; absent: a certificate that the issuer made for its responder. */
  signer?: Certified | "issuer";
  /** Number of the certificate that it is about; absent: the one that was asked about. */
  serialNumber?: ArrayBuffer;
}

/**
 * Answers a request about a certificate of an authority, as OCSP has it (RFC 6960).
 *
 * @param request the bytes of the request.
 */
export async function ocspAnswer(
  request: Uint8Array,
  { intermediate, root }: Authority,
  facts: OcspFacts = {},
): Promise<Uint8Array> {
  const { tbsRequest } = AsnConvert.parse(request, OCSPRequest);
  const certID = tbsRequest.requestList[0]?.reqCert;
  if (!certID) throw new Error("The request is about no certificate.");
  const issuer = [intermediate, root].find(
    (each) => keyHash(each, "sha256") === Buffer.from(certID.issuerKeyHash.buffer).toString("hex"),
  );
  const now = Date.now();
  const { status = "good", thisUpdate = now - minute, nextUpdate = now + 60 * minute } = facts;
  if (!issuer) throw new Error("The request is about a certificate of another authority.");
  const signer =
    facts.signer === "issuer"
      ? issuer
      : (facts.signer ?? (await certify({ name: "Simulated Responder", speaks: true }, issuer)));
  if (facts.serialNumber) certID.serialNumber = facts.serialNumber;
  const tbsResponseData = new ResponseData({
    responderID: new ResponderID({ byKey: new KeyHash(Buffer.from(keyHash(signer, "sha1"), "hex")) }),
    producedAt: new Date(now),
    responses: [
      new SingleResponse({
        certID,
        certStatus: statusOf(status),
        thisUpdate: new Date(thisUpdate),
        ...(nextUpdate !== null && { nextUpdate: new Date(nextUpdate) }),
      }),
    ],
  });
  const content = Buffer.from(AsnConvert.serialize(tbsResponseData));
  const signature = sign("sha256", content, await privateKeyOf(signer));
  const basic = new BasicOCSPResponse({
    tbsResponseData,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 }),
    signature: new Uint8Array(signature).buffer,
    certs: [AsnConvert.parse(signer.certificate.rawData, Certificate)],
  });
  const responseBytes = new ResponseBytes({
    responseType: id_pkix_ocsp_basic,
    response: new OctetString(AsnConvert.serialize(basic)),
  });
  const response = new OCSPResponse({ responseStatus: OCSPResponseStatus.successful, responseBytes });
  return new Uint8Array(AsnConvert.serialize(response));
}

function statusOf(status: "good" | "revoked" | "unknown"): CertStatus {
  if (status === "revoked")
    return new CertStatus({ revoked: new RevokedInfo({ revocationTime: new Date() }) });
  return new CertStatus(status === "good" ? { good: null } : { unknown: null });
}

/** Hash of the bits of a certificate's key, in hexadecimal. */
function keyHash({ certificate }: Certified, algorithm: string): string {
  const { subjectPublicKeyInfo } = AsnConvert.parse(certificate.rawData, Certificate).tbsCertificate;
  return createHash(algorithm).update(Buffer.from(subjectPublicKeyInfo.subjectPublicKey)).digest("hex");
}
