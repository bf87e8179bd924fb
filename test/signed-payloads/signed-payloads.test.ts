import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import {
  createSignedPayloads,
  SignatureFault,
  type SignedPayloads,
} from "../../functions/signed-payloads/index.ts";
import {
  appleMarks,
  certify,
  fingerprintOf,
  makeAuthority,
} from "../../local/simulator/signing/authority.ts";
import { badCases } from "./bad-cases.ts";
import { goodCases } from "./good-cases.ts";
import { apps, bundleId, jws, notification, renewalInfo, transaction } from "./payloads.ts";
import { makeSigning, signedBy, x5c } from "./signing.ts";

const day = 86_400_000;

const signing = await makeSigning();
const { authority, key, signed } = signing;
let payloads: SignedPayloads;

const trusting = (...fingerprints: string[]) =>
  createSignedPayloads({ fingerprints: new Set(fingerprints), runtime: { now: Date.now } });

before(() => {
  payloads = trusting(authority.fingerprint);
});

describe("A payload that Apple signed", () => {
  for (const [what, make] of Object.entries(goodCases(signing))) {
    it(`is verified: ${what}`, async () => {
      const decoded = await payloads.decode(await make(), { apps });
      assert.match(decoded.environment, /^(Production|Sandbox)$/);
    });
  }

  it("is read as makers can use it", async () => {
    const at = Date.UTC(2026, 0, 31, 12);
    const {
      kind,
      payload,
      signedDate,
      bundleId: of,
    } = await payloads.decode(
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

  it("has what is signed inside a notification decoded in its place", async () => {
    const { payload } = await payloads.decode(
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
    assert.equal(data.hasAccess, true);
    assert.equal("signedTransactionInfo" in data || "signedRenewalInfo" in data, false);
  });

  it("is of today where it does not say when it was signed", async () => {
    assert.equal(
      (await payloads.decode(signed(transaction({ signedDate: undefined })), { apps })).signedDate,
      undefined,
    );
  });
});

describe("A payload that is not to be believed", () => {
  for (const [what, { make, says }] of Object.entries(badCases(signing))) {
    it(`is refused: ${what}`, async () => {
      const text = await make();
      await assert.rejects(
        payloads.decode(text, { apps }),
        (error) => error instanceof SignatureFault && says.test(error.message),
      );
    });
  }

  for (const name of ["jwk", "jku", "x5u", "crit", "b64", "zip"]) {
    it(`is refused where its header has ${name}, whatever it says`, async () => {
      for (const value of [null, false, "", {}, ["exp"]]) {
        await assert.rejects(
          payloads.decode(signed(transaction(), { [name]: value }), { apps }),
          SignatureFault,
        );
      }
    });
  }

  it("is refused where another kind is expected", async () => {
    const expected = { apps, kinds: ["notification"] as const };
    await assert.rejects(payloads.decode(signed(transaction()), expected), /not what belongs here/);
  });

  it("is refused where another environment was asked", async () => {
    const expected = { apps, environment: "Sandbox" as const };
    await assert.rejects(payloads.decode(signed(transaction()), expected), /Production, not of Sandbox/);
  });

  it("is refused in production where the credential does not say the app's Apple ID", async () => {
    const nameless = [{ bundleId, appAppleId: undefined }];
    await assert.rejects(payloads.decode(signed(notification()), { apps: nameless }), /app-apple-ids/);
    const sandbox = signed(notification({ environment: "Sandbox" }));
    assert.equal((await payloads.decode(sandbox, { apps: nameless })).environment, "Sandbox");
  });

  it("is held against every credential of its app, in whatever order they come", async () => {
    const two = [{ bundleId, appAppleId: undefined }, ...apps];
    for (const each of [two, two.toReversed()]) {
      assert.equal((await payloads.decode(signed(notification()), { apps: each })).bundleId, bundleId);
      const other = signed(notification({ appAppleId: 1 }));
      await assert.rejects(payloads.decode(other, { apps: each }), /Apple ID/);
    }
  });

  it("is refused where a notification of one app holds a transaction of another, even if both are served", async () => {
    const others = [...apps, { bundleId: "com.example.other", appAppleId: "1480000002" }];
    const of = (bundle: string) =>
      signed(notification({ signedTransactionInfo: signed(transaction({ bundleId: bundle })) }));
    await payloads.decode(of(bundleId), { apps: others });
    await assert.rejects(payloads.decode(of("com.example.other"), { apps: others }), /bundle ID/);
  });

  it("says nothing else by the second signature that ECDSA has for everything", async () => {
    const text = signed(transaction({ purchaseDate: 1, signedDate: Date.now() }));
    const [header, payload, signature = ""] = text.split(".");
    const bytes = Buffer.from(signature, "base64url");
    // Order of P-256 (SEC 2, 2.4.2): r and s sign what r and n - s sign.
    const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = n - BigInt(`0x${bytes.subarray(32).toString("hex")}`);
    const twin = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]);
    assert.deepEqual(
      await payloads.decode([header, payload, twin.toString("base64url")].join("."), { apps }),
      await payloads.decode(text, { apps }),
    );
  });

  it("is refused below a root that is trusted, but is no authority or not valid any more", async () => {
    const until = Date.now() - day;
    for (const [facts, says] of [
      [{ ca: false }, /role that its place/],
      [{ ca: true, until }, /not valid when it was signed/],
    ] as const) {
      const root = await certify({ name: "Root", curve: "P-384", ...facts });
      const middle = await certify(
        { name: "Middle", curve: "P-384", ca: true, marks: [appleMarks.intermediate] },
        root,
      );
      const leaf = await certify({ name: "Leaf", marks: [appleMarks.leaf] }, middle);
      const relay = trusting(fingerprintOf(root));
      await assert.rejects(relay.decode(await signedBy(leaf, [middle, root]), { apps }), says);
    }
  });

  it("is refused by whoever trusts no root", async () => {
    await assert.rejects(trusting().decode(signed(transaction()), { apps }), /not the one that is trusted/);
  });
});

describe("Chains that were verified", () => {
  it("are held against the date of each payload all the same", async () => {
    await payloads.decode(signed(transaction()), { apps });
    const old = signed(transaction({ signedDate: Date.now() - 400 * day }));
    await assert.rejects(payloads.decode(old, { apps }), /not valid when it was signed/);
  });

  it("stay right when there are more than are kept", async () => {
    const marks = [appleMarks.leaf];
    const texts: string[] = [];
    for (let index = 0; index < 70; index += 1) {
      const leaf = await certify({ name: `Leaf ${index}`, marks }, authority.intermediate);
      texts.push(await signedBy(leaf, [authority.intermediate, authority.root], transaction({ index })));
    }
    for (const round of [1, 2]) {
      for (const [index, text] of texts.entries()) {
        const { payload } = await payloads.decode(text, { apps });
        assert.equal(payload.index, index, `round ${round}`);
      }
    }
  });

  it("do not stand for others that share some of their certificates", async () => {
    await payloads.decode(signed(transaction()), { apps });
    const other = await makeAuthority();
    const both = trusting(authority.fingerprint, fingerprintOf(other.root));
    await both.decode(signed(transaction()), { apps });
    const mixed = jws(
      { alg: "ES256", x5c: x5c(authority.leaf, authority.intermediate, other.root) },
      transaction(),
      key,
    );
    await assert.rejects(both.decode(mixed, { apps }), /not issued by one another/);
  });
});
