import assert from "node:assert/strict";
import { createHmac, type KeyObject } from "node:crypto";
import { before, describe, it } from "node:test";
import {
  createSignedPayloads,
  SignatureFault,
  type SignedPayloads,
} from "../../functions/signed-payloads/index.ts";
import {
  type Authority,
  appleMarks,
  type Certified,
  certify,
  fingerprintOf,
  makeAuthority,
  privateKeyOf,
} from "../../local/simulator/signing/authority.ts";
import {
  appleId,
  apps,
  appTransaction,
  bundleId,
  type Fields,
  jws,
  notification,
  renewalInfo,
  transaction,
} from "./payloads.ts";

const day = 86_400_000;

let authority: Authority;
let key: KeyObject;
let payloads: SignedPayloads;

const trusting = (...fingerprints: string[]) =>
  createSignedPayloads({ fingerprints: new Set(fingerprints), runtime: { now: Date.now } });
const x5c = (...certificates: Certified[]) => certificates.map(({ base64 }) => base64);
const chain = () => x5c(authority.leaf, authority.intermediate, authority.root);
const signed = (payload: unknown, header: Fields = {}) =>
  jws({ alg: "ES256", x5c: chain(), ...header }, payload, key);

/** Signs with a leaf of its own, below an intermediate of its own where one is given. */
async function signedBy(leaf: Certified, above: readonly Certified[], payload: unknown = transaction()) {
  return jws({ alg: "ES256", x5c: x5c(leaf, ...above) }, payload, await privateKeyOf(leaf));
}

before(async () => {
  authority = await makeAuthority();
  key = await privateKeyOf(authority.leaf);
  payloads = trusting(authority.fingerprint);
});

describe("A payload that Apple signed", () => {
  const good: Record<string, () => unknown> = {
    "a transaction": () => transaction(),
    "a transaction of the sandbox": () => transaction({ environment: "Sandbox" }),
    "a transaction with members that nobody knows": () => transaction({ futureMember: { price: 1 } }),
    "renewal info, which names no app": () => renewalInfo(),
    "an app transaction": () => appTransaction(),
    "an app transaction of the sandbox, without its Apple ID": () =>
      appTransaction({ receiptType: "Sandbox", appAppleId: 0 }),
    "a notification": () => notification(),
    "a notification of a type that nobody knows": () => notification({}, { notificationType: "FUTURE" }),
    "a notification with a summary": () =>
      notification(
        {},
        {
          data: undefined,
          summary: {
            bundleId,
            appAppleId: Number(appleId),
            environment: "Production",
            requestIdentifier: "x",
          },
        },
      ),
    "a notification of an external purchase token of the sandbox": () =>
      notification(
        {},
        {
          data: undefined,
          externalPurchaseToken: { externalPurchaseId: "SANDBOX_1", bundleId, appAppleId: Number(appleId) },
        },
      ),
  };
  for (const [what, payload] of Object.entries(good)) {
    it(`is verified: ${what}`, () => {
      const decoded = payloads.decode(signed(payload()), { apps });
      assert.match(decoded.environment, /^(Production|Sandbox)$/);
    });
  }

  it("is read as makers can use it", () => {
    const at = Date.UTC(2026, 0, 31, 12);
    const {
      kind,
      payload,
      signedDate,
      bundleId: of,
    } = payloads.decode(
      signed(transaction({ purchaseDate: at, signedDate: at, price: 9_990, revocationReason: 1 })),
      { apps },
    );
    assert.deepEqual([kind, of, signedDate], ["transaction", bundleId, "2026-01-31T12:00:00.000Z"]);
    assert.equal(payload.purchaseDate, "2026-01-31T12:00:00.000Z");
    assert.equal(payload.price, "9.990");
    assert.equal(payload.revocationReason, 1);
    assert.equal(payload.revocationReasonText, "Refunded for an issue with the app");
    assert.equal("expiresDate" in payload, false);
  });

  it("has what is signed inside a notification decoded in its place", () => {
    const { payload } = payloads.decode(
      signed(
        notification({
          signedTransactionInfo: signed(transaction()),
          signedRenewalInfo: signed(renewalInfo()),
          status: 4,
        }),
      ),
      { apps },
    );
    const data = Object(payload.data);
    assert.equal(data.transaction.price, "9.990");
    assert.equal(data.renewalInfo.renewalPrice, "39.990");
    assert.equal(data.statusText, "Billing grace period");
    assert.equal("signedTransactionInfo" in data || "signedRenewalInfo" in data, false);
  });

  it("is of today where it does not say when it was signed", () => {
    assert.equal(
      payloads.decode(signed(transaction({ signedDate: undefined })), { apps }).signedDate,
      undefined,
    );
  });
});

describe("A payload that is not to be believed", () => {
  const tampered = (text: string) => {
    const [header, payload = "", signature] = text.split(".");
    const fields = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), price: 1 };
    return [header, Buffer.from(JSON.stringify(fields)).toString("base64url"), signature].join(".");
  };
  const unsigned = (header: Fields) =>
    [header, transaction()].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const bad: Record<string, { make: () => string | Promise<string>; says: RegExp }> = {
    "no JWS": { make: () => "hello", says: /three parts/ },
    "four parts": { make: () => `${signed(transaction())}.AA`, says: /three parts/ },
    "an empty signature": { make: () => `${unsigned({ alg: "ES256", x5c: chain() })}.`, says: /three parts/ },
    "half a signature": {
      make: () => signed(transaction()).slice(0, -43),
      says: /64 bytes/,
    },
    "base64 with padding": { make: () => `${signed(transaction())}==`, says: /base64url/ },
    "a payload of 300 KB": { make: () => signed(transaction({ long: "x".repeat(300_000) })), says: /longer/ },
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
    },
    "a critical extension": {
      make: () => signed(transaction(), { crit: ["b64"], b64: false }),
      says: /crit|b64/,
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
    "an empty object": { make: () => signed({}), says: /none of the kinds/ },
    "a transaction that is a notification too": {
      make: () => signed({ ...transaction(), ...notification() }),
      says: /none of the kinds/,
    },
    Xcode: {
      make: () => signed(transaction({ environment: "Xcode" })),
      says: /neither Production nor Sandbox/,
    },
    LocalTesting: {
      make: () => signed(notification({ environment: "LocalTesting" })),
      says: /neither Production nor Sandbox/,
    },
    "no environment": { make: () => signed(transaction({ environment: undefined })), says: /environment/ },
    "an app that no credential serves": {
      make: () => signed(transaction({ bundleId: "com.example.other" })),
      says: /bundle ID/,
    },
    "another Apple ID": { make: () => signed(notification({ appAppleId: 1 })), says: /Apple ID/ },
    "an app transaction of another Apple ID": {
      make: () => signed(appTransaction({ appAppleId: 1 })),
      says: /Apple ID/,
    },
    "a forged transaction inside a notification": {
      make: () => signed(notification({ signedTransactionInfo: tampered(signed(transaction())) })),
      says: /signature/,
    },
    "a transaction of another app inside a notification": {
      make: () =>
        signed(notification({ signedTransactionInfo: signed(transaction({ bundleId: "com.example.o" })) })),
      says: /bundle ID/,
    },
    "renewal info of the sandbox inside a notification of production": {
      make: () =>
        signed(notification({ signedRenewalInfo: signed(renewalInfo({ environment: "Sandbox" })) })),
      says: /Sandbox, not of Production/,
    },
    "renewal info in the place of the transaction": {
      make: () => signed(notification({ signedTransactionInfo: signed(renewalInfo()) })),
      says: /not what belongs here/,
    },
    "an object in the place of a signed transaction": {
      make: () => signed(notification({ signedTransactionInfo: { transactionId: "1" } })),
      says: /not a signed payload/,
    },
  };
  for (const [what, { make, says }] of Object.entries(bad)) {
    it(`is refused: ${what}`, async () => {
      const text = await make();
      assert.throws(
        () => payloads.decode(text, { apps }),
        (error) => error instanceof SignatureFault && says.test(error.message),
      );
    });
  }

  it("is refused where another kind is expected", () => {
    const expected = { apps, kinds: ["notification"] as const };
    assert.throws(() => payloads.decode(signed(transaction()), expected), /not what belongs here/);
  });

  it("is refused where another environment was asked", () => {
    const expected = { apps, environment: "Sandbox" as const };
    assert.throws(() => payloads.decode(signed(transaction()), expected), /Production, not of Sandbox/);
  });

  it("is refused in production where the credential does not say the app's Apple ID", () => {
    const nameless = [{ bundleId, appAppleId: undefined }];
    assert.throws(() => payloads.decode(signed(notification()), { apps: nameless }), /app-apple-ids/);
    const sandbox = signed(notification({ environment: "Sandbox" }));
    assert.equal(payloads.decode(sandbox, { apps: nameless }).environment, "Sandbox");
  });

  it("is refused by whoever trusts no root", () => {
    assert.throws(() => trusting().decode(signed(transaction()), { apps }), /not the one that is trusted/);
  });
});

describe("Chains that were verified", () => {
  it("are held against the date of each payload all the same", () => {
    payloads.decode(signed(transaction()), { apps });
    const old = signed(transaction({ signedDate: Date.now() - 400 * day }));
    assert.throws(() => payloads.decode(old, { apps }), /not valid when it was signed/);
  });

  it("stay right when there are more than are kept", async () => {
    const marks = [appleMarks.leaf];
    const texts: string[] = [];
    for (let index = 0; index < 70; index += 1) {
      const leaf = await certify({ name: `Leaf ${index}`, marks }, authority.intermediate);
      texts.push(await signedBy(leaf, [authority.intermediate, authority.root], transaction({ index })));
    }
    for (const round of [1, 2]) {
      texts.forEach((text, index) => {
        assert.equal(payloads.decode(text, { apps }).payload.index, index, `round ${round}`);
      });
    }
  });

  it("do not stand for others that share some of their certificates", async () => {
    payloads.decode(signed(transaction()), { apps });
    const other = await makeAuthority();
    const both = trusting(authority.fingerprint, fingerprintOf(other.root));
    both.decode(signed(transaction()), { apps });
    const mixed = jws(
      { alg: "ES256", x5c: x5c(authority.leaf, authority.intermediate, other.root) },
      transaction(),
      key,
    );
    assert.throws(() => both.decode(mixed, { apps }), /not issued by one another/);
  });
});
