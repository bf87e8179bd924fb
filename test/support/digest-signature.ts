import { createECDH, type KeyObject, randomBytes } from "node:crypto";

/** Order of P-256. Source: FIPS 186-4, D.1.2.3. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * Signs a digest with ECDSA on P-256 as Key Vault does: node:crypto only signs what it has hashed itself.
 *
 * @returns 64 bytes, r‖s.
 */
export function signDigest(privateKey: KeyObject, digest: Buffer): Buffer {
  const { d } = privateKey.export({ format: "jwk" });
  if (d === undefined) throw new Error("not a private key");
  const secret = toNumber(Buffer.from(d, "base64url"));
  const nonce = 1n + (toNumber(randomBytes(32)) % (order - 1n));
  // Diffie-Hellman's public value is the nonce times the generator, and its x is r.
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(toBytes(nonce));
  const r = toNumber(ecdh.getPublicKey().subarray(1, 33)) % order;
  const s = (inverse(nonce) * (toNumber(digest) + r * secret)) % order;
  return Buffer.concat([toBytes(r), toBytes(s)]);
}

/** By Fermat: the order is prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value % order;
  for (let power = order - 2n; power > 0n; power >>= 1n) {
    if (power & 1n) result = (result * base) % order;
    base = (base * base) % order;
  }
  return result;
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}
