import { createHmac, sign } from "node:crypto";
import type { SignedKind } from "../../functions/signed-payloads/index.ts";
import { appleMarks, certify, makeAuthority, privateKeyOf } from "../../local/simulator/signing/authority.ts";
import { partsOf } from "./der-tree.ts";
import { appTransaction, type Fields, jws, notification, renewalInfo, transaction } from "./payloads.ts";
import { type Signing, signedAgain, signedBy, x5c } from "./signing.ts";

const day = 86_400_000;

/** What is not to be believed. */
export interface BadCase {
  make: () => string | Promise<string>;
  /** What the refusal says. */
  says: RegExp;
  /** What it is passed off as, where that is not a transaction. */
  as?: SignedKind;
  /** Why it is refused here, where Apple's own library believes it. */
  stricter?: string;
}

const tampered = (text: string) => {
  const [header, payload = "", signature] = text.split(".");
  const fields = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), price: 1 };
  return [header, Buffer.from(JSON.stringify(fields)).toString("base64url"), signature].join(".");
};
const unsigned = (header: Fields) =>
  [header, transaction()].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
/** The same bytes in another text: the last character of the signature holds four bits that nobody reads. */
const spare = (text: string) => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + letters[letters.indexOf(text.slice(-1)) + 1];
};

/** Payloads that are not to be believed, by what is wrong with them. */
export const badCases = ({ authority, key, chain, signed }: Signing): Readonly<Record<string, BadCase>> => ({
  "no JWS": { make: () => "hello", says: /three parts/ },
  "four parts": { make: () => `${signed(transaction())}.AA`, says: /three parts/ },
  "an empty signature": { make: () => `${unsigned({ alg: "ES256", x5c: chain() })}.`, says: /three parts/ },
  "half a signature": {
    make: () => signed(transaction()).slice(0, -43),
    says: /64 bytes/,
  },
  "base64 with padding": { make: () => `${signed(transaction())}==`, says: /base64url/ },
  "a payload of 300 KB": {
    make: () => signed(transaction({ long: "x".repeat(300_000) })),
    says: /longer/,
    stricter: "nothing that long is ever signed, and reading it costs",
  },
  "alg none": { make: () => signed(transaction(), { alg: "none" }), says: /ES256/ },
  HS256: {
    make: () => {
      const input = unsigned({ alg: "HS256", x5c: chain() });
      const half = createHmac("sha256", authority.leaf.base64).update(input).digest();
      return `${input}.${Buffer.concat([half, half]).toString("base64url")}`;
    },
    says: /ES256/,
  },
  ES384: { make: () => signed(transaction(), { alg: "ES384" }), says: /ES256/ },
  "a key of its own in the header": {
    make: () => signed(transaction(), { jwk: { kty: "EC" } }),
    says: /jwk/,
    stricter: "what would choose another key has no business in a header",
  },
  "a critical extension": {
    make: () => signed(transaction(), { crit: ["b64"], b64: false }),
    says: /crit|b64/,
    stricter: "what has to be understood (RFC 7515, 4.1.11) is not ignored",
  },
  "no certificates": { make: () => signed(transaction(), { x5c: undefined }), says: /three certificates/ },
  "two certificates": { make: () => signed(transaction(), { x5c: chain().slice(0, 2) }), says: /three/ },
  "four certificates": {
    make: () => signed(transaction(), { x5c: [...chain(), authority.root.base64] }),
    says: /three certificates/,
  },
  "a certificate as PEM": {
    make: () => {
      const [leaf, ...others] = chain();
      return signed(transaction(), { x5c: [`-----BEGIN CERTIFICATE-----\n${leaf}`, ...others] });
    },
    says: /plain base64/,
  },
  "a certificate in base64url": {
    make: () => {
      const url = chain().map((text) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
      return signed(transaction(), { x5c: url });
    },
    says: /plain base64/,
    stricter: "x5c is standard base64 (RFC 7515, 4.1.6)",
  },
  "a certificate of more than six kilobytes": {
    make: async () => {
      const other = { id: "1.2.3.4", content: new Uint8Array(7_000) };
      const leaf = await certify({ name: "Leaf", marks: [appleMarks.leaf], other }, authority.intermediate);
      return signedBy(leaf, [authority.intermediate, authority.root]);
    },
    says: /plain base64, or longer/,
    stricter: "Apple's have one kilobyte, and reading costs",
  },
  "a certificate that is none": {
    make: () => {
      const [, intermediate, root] = chain();
      return signed(transaction(), { x5c: ["AAAA", intermediate, root] });
    },
    says: /cannot be read/,
  },
  "certificates in another order": {
    make: () => signed(transaction(), { x5c: chain().reverse() }),
    says: /not the one that is trusted/,
  },
  "a foreign root with the same names": {
    make: async () => {
      const other = await makeAuthority();
      return signedBy(other.leaf, [other.intermediate, other.root]);
    },
    says: /not the one that is trusted/,
  },
  "a foreign chain with the trusted root at its end": {
    make: async () => {
      const other = await makeAuthority();
      return signedBy(other.leaf, [other.intermediate, authority.root]);
    },
    says: /not issued by one another/,
  },
  "a foreign leaf below the trusted intermediate's name": {
    make: async () => {
      const other = await makeAuthority();
      return signedBy(other.leaf, [authority.intermediate, authority.root]);
    },
    says: /not issued by one another/,
  },
  "a leaf without Apple's mark": {
    make: async () =>
      signedBy(await certify({ name: "Developer" }, authority.intermediate), [
        authority.intermediate,
        authority.root,
      ]),
    says: /not one that Apple uses/,
  },
  "a leaf whose mark stands inside another extension": {
    make: async () => {
      // The identifier itself in DER: 06, length, 1.2.840.113635.100.6.11.1.
      const content = new Uint8Array([6, 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 6, 11, 1]);
      const leaf = await certify(
        { name: "Developer", other: { id: "1.2.3.4", content } },
        authority.intermediate,
      );
      return signedBy(leaf, [authority.intermediate, authority.root]);
    },
    says: /not one that Apple uses/,
  },
  "an intermediate without Apple's mark": {
    make: async () => {
      const intermediate = await certify({ name: "Other CA", ca: true }, authority.root);
      const leaf = await certify({ name: "Leaf", marks: [appleMarks.leaf] }, intermediate);
      return signedBy(leaf, [intermediate, authority.root]);
    },
    says: /not one that Apple uses/,
  },
  "a leaf in the place of the intermediate": {
    make: async () => {
      const marks = [appleMarks.leaf, appleMarks.intermediate];
      const below = await certify({ name: "Below", marks }, authority.intermediate);
      const leaf = await certify({ name: "Leaf", marks }, below);
      return signedBy(leaf, [below, authority.root]);
    },
    says: /role that its place/,
  },
  "a leaf with a key for ES384": {
    make: async () => {
      const leaf = await certify(
        { name: "Leaf", curve: "P-384", marks: [appleMarks.leaf] },
        authority.intermediate,
      );
      return jws(
        { alg: "ES256", x5c: x5c(leaf, authority.intermediate, authority.root) },
        transaction(),
        key,
      );
    },
    says: /not one for ES256/,
  },
  "a leaf that had expired when it was signed": {
    make: async () => {
      const leaf = await certify(
        { name: "Leaf", marks: [appleMarks.leaf], until: Date.now() - day },
        authority.intermediate,
      );
      return signedBy(leaf, [authority.intermediate, authority.root]);
    },
    says: /not valid when it was signed/,
  },
  "a date of before the chain": {
    make: () => signed(transaction({ signedDate: Date.now() - 400 * day })),
    says: /not valid when it was signed/,
  },
  "a date as text": {
    make: () => signed(transaction({ signedDate: "2026-01-31" })),
    says: /not a number/,
  },
  "a payload that was changed": { make: () => tampered(signed(transaction())), says: /signature/ },
  "a signature of another key": {
    make: async () => {
      const other = await makeAuthority();
      return jws({ alg: "ES256", x5c: chain() }, transaction(), await privateKeyOf(other.leaf));
    },
    says: /signature/,
  },
  "a list": { make: () => signed([transaction()]), says: /none of the kinds/ },
  "a transaction with 33 levels": {
    make: () => signed(`{${'"a":{'.repeat(32)}${"}".repeat(32)},${JSON.stringify(transaction()).slice(1)}`),
    says: /nested deeper/,
    stricter: "nothing that deep is ever signed, and walking through it ends in the end of the stack",
  },
  "a transaction with a list of many levels": {
    make: () =>
      signed(`{"a":${"[".repeat(9_000)}${"]".repeat(9_000)},${JSON.stringify(transaction()).slice(1)}`),
    says: /nested deeper/,
    stricter: "as above",
  },
  "a leaf whose extensions cannot be listed": {
    make: async () => {
      const leaf = await signedAgain(authority.leaf, authority.intermediate, ([tbs]) => {
        const extensions = partsOf(partsOf(tbs).find(({ tag }) => tag === 0xa3));
        // A length that is longer than it has to be, which OpenSSL takes.
        for (const extension of partsOf(extensions[0])) {
          const [id] = partsOf(extension);
          if (Buffer.isBuffer(id?.content)) id.length = Buffer.from([0x81, id.content.length]);
        }
      });
      return signed(transaction(), { x5c: [leaf, ...chain().slice(1)] });
    },
    says: /not one that Apple uses/,
    stricter: "an identifier in another encoding is none of Apple's",
  },
  "a leaf whose key cannot be read": {
    make: async () => {
      const leaf = await signedAgain(authority.leaf, authority.intermediate, ([tbs]) => {
        // SubjectPublicKeyInfo: an algorithm and a BIT STRING.
        const bits = partsOf(tbs)
          .map(partsOf)
          .map(([, second]) => second)
          .find((second) => second?.tag === 0x03);
        // No point of the curve.
        if (bits) bits.content = Buffer.from([0, 4, ...Buffer.alloc(64, 1)]);
      });
      return signed(transaction(), { x5c: [leaf, ...chain().slice(1)] });
    },
    says: /key of one of its certificates/,
  },
  "an empty object": { make: () => signed({}), says: /none of the kinds/ },
  "a transaction that is a notification too": {
    make: () => signed({ ...transaction(), ...notification() }),
    says: /none of the kinds/,
    stricter: "what could be two kinds is not guessed",
  },
  Xcode: {
    make: () => signed(transaction({ environment: "Xcode" })),
    says: /neither Production nor Sandbox/,
  },
  LocalTesting: {
    make: () => signed(notification({ environment: "LocalTesting" })),
    says: /neither Production nor Sandbox/,
    as: "notification",
  },
  "no environment": { make: () => signed(transaction({ environment: undefined })), says: /environment/ },
  "an app that no credential serves": {
    make: () => signed(transaction({ bundleId: "com.example.other" })),
    says: /bundle ID/,
  },
  "another Apple ID": {
    make: () => signed(notification({ appAppleId: 1 })),
    says: /Apple ID/,
    as: "notification",
  },
  "an app transaction of another Apple ID": {
    make: () => signed(appTransaction({ appAppleId: 1 })),
    says: /Apple ID/,
    as: "appTransaction",
  },
  "a forged transaction inside a notification": {
    make: () => signed(notification({ signedTransactionInfo: tampered(signed(transaction())) })),
    says: /signature/,
    as: "notification",
  },
  "a transaction of another app inside a notification": {
    make: () =>
      signed(notification({ signedTransactionInfo: signed(transaction({ bundleId: "com.example.o" })) })),
    says: /bundle ID/,
    as: "notification",
  },
  "renewal info of the sandbox inside a notification of production": {
    make: () => signed(notification({ signedRenewalInfo: signed(renewalInfo({ environment: "Sandbox" })) })),
    says: /Sandbox, not of Production/,
    as: "notification",
  },
  "renewal info in the place of the transaction": {
    make: () => signed(notification({ signedTransactionInfo: signed(renewalInfo()) })),
    says: /not what belongs here/,
    as: "notification",
  },
  "an object in the place of a signed transaction": {
    make: () => signed(notification({ signedTransactionInfo: { transactionId: "1" } })),
    says: /not a signed payload/,
    as: "notification",
  },
  "a signature in DER": {
    make: () => {
      const [header, payload] = signed(transaction()).split(".");
      const input = `${header}.${payload}`;
      return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
    },
    says: /64 bytes/,
  },
  "a signature of zeros": {
    make: () => `${signed(transaction()).replace(/[^.]+$/, "")}${Buffer.alloc(64).toString("base64url")}`,
    says: /signature/,
  },
  "standard base64": {
    make: () => {
      const [header = "", payload = "", signature] = signed(transaction({ name: "a>>?b".repeat(9) })).split(
        ".",
      );
      return [
        header,
        Buffer.from(payload, "base64url").toString("base64").replaceAll("=", ""),
        signature,
      ].join(".");
    },
    says: /base64url/,
  },
  "base64url with bits to spare": {
    make: () => spare(signed(transaction())),
    says: /base64url/,
    stricter: "one payload has one text",
  },
  "a line break at its end": { make: () => `${signed(transaction())}\n`, says: /base64url/ },
  "a header that says alg twice, at last wrongly": {
    make: () => jws(`{"alg":"ES256","alg":"none","x5c":${JSON.stringify(chain())}}`, transaction(), key),
    says: /ES256/,
  },
  "a transaction that says its bundle ID twice, at last wrongly": {
    make: () => signed(JSON.stringify(transaction()).replace(/\}$/, ',"bundleId":"com.example.other"}')),
    says: /bundle ID/,
  },
  "bytes that are not UTF-8": {
    make: () => signed(Buffer.from(JSON.stringify(transaction({ name: "\u00ff" })), "latin1")),
    says: /none of the kinds/,
    stricter: "JSON is UTF-8 (RFC 8259, 8.1)",
  },
  "a root that is not the one of the chain": {
    make: async () => {
      const other = await makeAuthority();
      return signedBy(authority.leaf, [authority.intermediate, other.root]);
    },
    says: /not the one that is trusted/,
    stricter: "the root in x5c is held against the fingerprint, never left unread",
  },
  "a leaf that is an authority": {
    make: async () => {
      const leaf = await certify(
        { name: "Leaf", ca: true, marks: [appleMarks.leaf] },
        authority.intermediate,
      );
      return signedBy(leaf, [authority.intermediate, authority.root]);
    },
    says: /role that its place/,
    stricter: "an authority signs certificates and nothing else",
  },
  "a leaf that begins after it signed": {
    make: async () => {
      const leaf = await certify(
        { name: "Leaf", marks: [appleMarks.leaf], from: Date.now() + day },
        authority.intermediate,
      );
      return signedBy(leaf, [authority.intermediate, authority.root]);
    },
    says: /not valid when it was signed/,
  },
  "an intermediate that had expired when it signed": {
    make: async () => {
      const intermediate = await certify(
        {
          name: "Old CA",
          curve: "P-384",
          ca: true,
          marks: [appleMarks.intermediate],
          until: Date.now() - day,
        },
        authority.root,
      );
      return signedBy(await certify({ name: "Leaf", marks: [appleMarks.leaf] }, intermediate), [
        intermediate,
        authority.root,
      ]);
    },
    says: /not valid when it was signed/,
  },
  "a notification of an app that no credential serves": {
    make: () => signed(notification({ bundleId: "com.example.other" })),
    says: /bundle ID/,
    as: "notification",
  },
  "a notification that speaks of no app": {
    make: () => signed(notification({}, { data: undefined })),
    says: /environment/,
    as: "notification",
  },
  "a notification that speaks of two apps": {
    make: () => {
      const { data } = notification();
      return signed(notification({}, { summary: data }));
    },
    says: /environment/,
    as: "notification",
    stricter: "which of the two is meant is not guessed",
  },
  "an app transaction of another app": {
    make: () => signed(appTransaction({ bundleId: "com.example.other" })),
    says: /bundle ID/,
    as: "appTransaction",
  },
  "an app transaction of Xcode": {
    make: () => signed(appTransaction({ receiptType: "Xcode" })),
    says: /neither Production nor Sandbox/,
    as: "appTransaction",
  },
  "renewal info of Xcode": {
    make: () => signed(renewalInfo({ environment: "Xcode" })),
    says: /neither Production nor Sandbox/,
    as: "renewalInfo",
  },
});
