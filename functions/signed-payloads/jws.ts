import { isObject } from "../json.ts";
import { SignatureFault } from "./fault.ts";

/** The parts of a compact JWS whose form is right. Nothing of it is verified yet. */
export interface SignedParts {
  /** The three certificates of `x5c` as they stand there: leaf, intermediate, root. */
  certificates: readonly [string, string, string];
  /** What the signature covers (RFC 7515, 5.1). */
  signingInput: string;
  /** r and s side by side, 32 bytes each (RFC 7518, 3.4). */
  signature: Buffer;
  payload: Buffer;
}

/** Apple's payloads are under 20 KB each; a notification holds two more inside, each of them longer by a third. */
const maxLength = 256 * 1024;

/**
 * Members of a header by which the sender would choose the key, or what the signature means (RFC 7515, 4.1). A `kid` only
 * names one, and is ignored like all that is not known here.
 */
const keyMembers = ["jwk", "jku", "x5u", "crit", "b64", "zip"];

/** Standard base64 with its padding, as RFC 7515, 4.1.6 has it for `x5c`. */
const base64 =
  /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/;

/** Longest certificate, in characters of base64: Apple's are about 1,400 each. */
const maxCertificate = 8_192;

/**
 * Takes a compact JWS apart. What costs nothing comes first: most of what is sent to a public address ends here.
 *
 * @throws SignatureFault
 */
export function parseJws(text: string): SignedParts {
  if (text.length > maxLength) throw new SignatureFault("It is longer than any payload that Apple signs.");
  const parts = text.split(".", 4);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) {
    throw new SignatureFault("It is not three parts with dots in between, as a signed payload is.");
  }
  const bytes = [header, payload, signature].map(decode);
  const [headerBytes, payloadBytes, signatureBytes] = bytes;
  if (!headerBytes || !payloadBytes || !signatureBytes || signatureBytes.length !== 64) {
    throw new SignatureFault("One of its parts is not base64url, or its signature is not 64 bytes long.");
  }
  return {
    certificates: certificatesOf(headerBytes),
    signingInput: `${header}.${payload}`,
    signature: signatureBytes,
    payload: payloadBytes,
  };
}

/** The bytes of a part in base64url (RFC 7515, 2); undefined where they would be written otherwise, as in no base64url. */
function decode(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, "base64url");
  return bytes.toString("base64url") === part ? bytes : undefined;
}

function certificatesOf(header: Buffer): SignedParts["certificates"] {
  const json = parseObject(header);
  if (!json) throw new SignatureFault("Its header is not a JSON object.");
  // Never what the header says, but the one algorithm that Apple signs with.
  if (json.alg !== "ES256") throw new SignatureFault("It is not signed with ES256.");
  const member = keyMembers.find((name) => Object.hasOwn(json, name));
  if (member !== undefined) throw new SignatureFault(`Its header has ${member}, which Apple's has not.`);
  const { x5c } = json;
  if (!Array.isArray(x5c) || x5c.length !== 3) {
    throw new SignatureFault("Its header does not hold exactly three certificates.");
  }
  const [leaf, intermediate, root]: unknown[] = x5c;
  if (!isCertificate(leaf) || !isCertificate(intermediate) || !isCertificate(root)) {
    throw new SignatureFault("A certificate of its header is not plain base64, or longer than Apple's are.");
  }
  return [leaf, intermediate, root];
}

function isCertificate(value: unknown): value is string {
  return typeof value === "string" && value.length <= maxCertificate && base64.test(value);
}

/** The JSON object in some bytes; undefined where they hold none, or are not UTF-8. */
export function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
