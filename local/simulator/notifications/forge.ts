import { createHmac, randomUUID } from "node:crypto";
import { createPayloadSigner, type PayloadSigner } from "../app-store-server/payload-signer.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { type Authority, makeAuthority } from "../signing/authority.ts";

/** Ways in which what is sent is not a notification of Apple's for one of the apps. */
export const forgeries = [
  "foreign-chain",
  "other-bundle",
  "other-app-id",
  "xcode",
  "alg-none",
  "hs256",
  "tampered",
  "transaction",
] as const;

/** A way in which a notification is forged. */
export type Forgery = (typeof forgeries)[number];

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** The payload with other members in its `data`. */
function withData(payload: JsonObject, members: JsonObject): JsonObject {
  return { ...payload, data: { ...(isJsonObject(payload.data) && payload.data), ...members } };
}

/** Makes what no receiver may take for a notification, from one that it may. */
export function createForger(authority: Authority, sign: PayloadSigner) {
  let foreign: Promise<PayloadSigner> | undefined;
  const header = (alg: string): JsonObject => ({
    alg,
    x5c: [authority.leaf.base64, authority.intermediate.base64, authority.root.base64],
  });
  return async (how: Forgery, payload: JsonObject): Promise<string> => {
    switch (how) {
      case "foreign-chain":
        foreign ??= makeAuthority().then(createPayloadSigner);
        return (await foreign)(payload);
      case "other-bundle":
        return sign(withData(payload, { bundleId: "com.example.somebody.else" }));
      case "other-app-id":
        return sign(withData(payload, { appAppleId: 1_999_999_999 }));
      case "xcode":
        return sign(withData(payload, { environment: "Xcode" }));
      case "alg-none":
        return `${encode(header("none"))}.${encode(payload)}.${Buffer.alloc(64).toString("base64url")}`;
      case "hs256": {
        const input = `${encode(header("HS256"))}.${encode(payload)}`;
        // With the certificate as the secret, which whoever confuses keys would verify it with.
        return `${input}.${createHmac("sha256", authority.leaf.base64).update(input).digest("base64url")}`;
      }
      case "tampered": {
        const [head, , signature] = sign(payload).split(".");
        return `${head}.${encode({ ...payload, notificationUUID: randomUUID() })}.${signature}`;
      }
      case "transaction": {
        const { data } = payload;
        const inner = isJsonObject(data) ? data.signedTransactionInfo : undefined;
        return typeof inner === "string" ? inner : sign({ transactionId: "1", purchaseDate: 1 });
      }
    }
  };
}
