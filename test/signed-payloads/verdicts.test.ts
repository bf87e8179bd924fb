import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Environment, SignedDataVerifier } from "@apple/app-store-server-library";
import {
  createSignedPayloads,
  SignatureFault,
  type SignedKind,
} from "../../functions/signed-payloads/index.ts";
import { badCases } from "./bad-cases.ts";
import { goodCases } from "./good-cases.ts";
import { appleId, apps, bundleId, jws, transaction } from "./payloads.ts";
import { makeSigning } from "./signing.ts";

/** The same payloads, given to this relay and to Apple's own library. */

const signing = await makeSigning();
const { authority } = signing;
const ours = createSignedPayloads({
  fingerprints: new Set([authority.fingerprint]),
  runtime: { now: Date.now },
});
const roots = [Buffer.from(authority.root.base64, "base64")];
const theirs = [Environment.PRODUCTION, Environment.SANDBOX].map(
  (environment) => new SignedDataVerifier(roots, false, environment, bundleId, Number(appleId)),
);

const ask: Readonly<Record<SignedKind, (verifier: SignedDataVerifier, text: string) => Promise<unknown>>> = {
  transaction: (verifier, text) => verifier.verifyAndDecodeTransaction(text),
  renewalInfo: (verifier, text) => verifier.verifyAndDecodeRenewalInfo(text),
  // The library leaves what is signed inside to its caller.
  async notification(verifier, text) {
    const { data } = await verifier.verifyAndDecodeNotification(text);
    if (data?.signedTransactionInfo) await verifier.verifyAndDecodeTransaction(data.signedTransactionInfo);
    if (data?.signedRenewalInfo) await verifier.verifyAndDecodeRenewalInfo(data.signedRenewalInfo);
  },
  appTransaction: (verifier, text) => verifier.verifyAndDecodeAppTransaction(text),
};

/** The kind as which this relay believes a payload; undefined where it does not. */
async function oursBelieves(text: string, kinds?: readonly SignedKind[]): Promise<SignedKind | undefined> {
  try {
    return (await ours.decode(text, { apps, ...(kinds && { kinds }) })).kind;
  } catch (error) {
    if (!(error instanceof SignatureFault)) throw error;
    return undefined;
  }
}

/** Whether Apple's library believes it for either environment. */
async function theirsBelieves(text: string, kind: SignedKind): Promise<boolean> {
  const verdicts = await Promise.allSettled(theirs.map((verifier) => ask[kind](verifier, text)));
  return verdicts.some(({ status }) => status === "fulfilled");
}

describe("Apple's library and this relay", () => {
  for (const [what, make] of Object.entries(goodCases(signing))) {
    it(`both believe ${what}`, async () => {
      const text = await make();
      const kind = await oursBelieves(text);
      assert.ok(kind);
      assert.equal(await theirsBelieves(text, kind), true);
    });
  }

  for (const [what, { make, as = "transaction", stricter }] of Object.entries(badCases(signing))) {
    const who = stricter ? "only the relay refuses" : "both refuse";
    it(`${who} ${what}${stricter ? `: ${stricter}` : ""}`, async () => {
      const text = await make();
      assert.equal(await oursBelieves(text, [as]), undefined);
      assert.equal(await theirsBelieves(text, as), stricter !== undefined);
    });
  }

  it("differ on what Xcode makes: the library, set to Xcode, believes what nobody signed", async () => {
    const text = jws({ alg: "none" }, transaction({ environment: "Xcode" }), signing.key);
    const verifier = new SignedDataVerifier(roots, false, Environment.XCODE, bundleId);
    await verifier.verifyAndDecodeTransaction(text);
    assert.equal(await oursBelieves(text), undefined);
  });

  it("are asked about more than 25 payloads of each sort that counts", () => {
    const good = Object.keys(goodCases(signing)).length;
    const bad = Object.values(badCases(signing));
    assert.ok(good + bad.length >= 60 && bad.filter(({ stricter }) => stricter === undefined).length >= 25);
  });
});
