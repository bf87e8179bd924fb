import { sign } from "node:crypto";
import type { JsonObject } from "../core/json.ts";
import { type Authority, privateKeyOf } from "../signing/authority.ts";

/** Turns a payload into a compact JWS, as every signed answer of the service carries it. */
export type PayloadSigner = (payload: JsonObject) => string;

/** Enough for every transaction of the default world in both environments, many times over. */
const maxCached = 5_000;

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/**
 * Signs like Apple, with the leaf of a chain whose certificates stand in the header. The same payload is signed once (at
 * most 5,000 are remembered), so that reading costs no cryptography.
 */
export async function createPayloadSigner({ leaf, intermediate, root }: Authority): Promise<PayloadSigner> {
  const privateKey = await privateKeyOf(leaf);
  const header = encode({ alg: "ES256", x5c: [leaf.base64, intermediate.base64, root.base64] });
  const signed = new Map<string, string>();
  return (payload) => {
    const body = encode(payload);
    const known = signed.get(body);
    if (known !== undefined) return known;
    const input = `${header}.${body}`;
    // JWS carries r and s side by side (RFC 7518, 3.4).
    const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
    const jws = `${input}.${signature.toString("base64url")}`;
    if (signed.size >= maxCached) signed.clear();
    signed.set(body, jws);
    return jws;
  };
}
