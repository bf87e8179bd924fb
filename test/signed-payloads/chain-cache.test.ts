import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSignedPayloads, SignatureFault } from "../../functions/signed-payloads/index.ts";
import {
  appleMarks,
  type Certified,
  certify,
  fingerprintOf,
  makeAuthority,
  privateKeyOf,
} from "../../local/simulator/signing/authority.ts";
import { ocspAnswer } from "../../local/simulator/signing/ocsp-answer.ts";
import { badCases } from "./bad-cases.ts";
import { apps, jws, transaction } from "./payloads.ts";
import { makeSigning, signedBy, x5c } from "./signing.ts";

/** Chains that a relay keeps (functions/signed-payloads/chain-cache.ts). */
const kept = 64;

const signing = await makeSigning("http://127.0.0.1:1/ocsp");
const { authority, signed } = signing;
const { intermediate, root } = authority;

/** The trusted roots, which are asked about once for every chain that is verified, and never for one that is kept. */
class Roots extends Set<string> {
  verified = 0;
  override has(fingerprint: string): boolean {
    this.verified += 1;
    return super.has(fingerprint);
  }
}

function makeRelay(...others: string[]) {
  const fingerprints = new Roots([authority.fingerprint, ...others]);
  const payloads = createSignedPayloads({ fingerprints, runtime: { now: Date.now } });
  return {
    decode: (text: string) => payloads.decode(text, { apps }),
    refuses: (text: string) => assert.rejects(payloads.decode(text, { apps }), SignatureFault),
    /** Chains that were verified by what is done. */
    async verifiedBy(act: () => Promise<unknown>): Promise<number> {
      const before = fingerprints.verified;
      await act();
      return fingerprints.verified - before;
    },
  };
}

const leaves = (count: number): Promise<Certified[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      certify(
        { name: `Leaf ${index}`, marks: [appleMarks.leaf], responder: "http://127.0.0.1:1/ocsp" },
        intermediate,
      ),
    ),
  );
const above = [intermediate, root];

/** A text whose signature is that of another. */
const unsigned = (text: string) =>
  [...text.split(".").slice(0, 2), signed(transaction({ other: true })).split(".")[2]].join(".");

describe("A chain", () => {
  it("is verified once, whatever it signs", async () => {
    const { decode, verifiedBy } = makeRelay();
    const all = async () => {
      for (let index = 0; index < 20; index += 1) await decode(signed(transaction({ index })));
    };
    assert.deepEqual([await verifiedBy(all), await verifiedBy(all)], [1, 0]);
  });

  it("is forgotten when as many others as are kept have signed since, and only then", async () => {
    const { decode, verifiedBy } = makeRelay();
    const texts = await Promise.all((await leaves(kept)).map((leaf) => signedBy(leaf, above)));
    const first = signed(transaction());
    await decode(first);
    for (const text of texts.slice(1)) await decode(text);
    assert.equal(await verifiedBy(() => decode(first)), 0);
    for (const text of texts) await decode(text);
    assert.equal(await verifiedBy(() => decode(first)), 1);
  });

  it("is not pushed out by chains that have signed nothing, right or wrong", async () => {
    const { decode, refuses, verifiedBy } = makeRelay();
    const good = signed(transaction());
    await decode(good);
    for (const leaf of await leaves(kept)) await refuses(unsigned(await signedBy(leaf, above)));
    for (const { make } of Object.values(badCases(signing))) await refuses(await make());
    assert.equal(await verifiedBy(() => decode(good)), 0);
  });

  it("is not pushed out by itself in other letters, which its signatures do not cover", async () => {
    const { decode, refuses, verifiedBy } = makeRelay();
    const good = signed(transaction());
    await decode(good);
    const spare = signing.chain().map(otherLetters);
    for (const leaf of spare[0] ?? []) {
      for (const middle of spare[1] ?? []) {
        const other = signed(transaction(), { x5c: [leaf, middle, signing.chain()[2]] });
        await refuses(unsigned(other));
      }
    }
    assert.equal(await verifiedBy(() => decode(good)), 0);
  });

  it("vouches for no other pair of leaf and intermediate, whatever is kept", async () => {
    const other = await makeAuthority();
    const { decode, refuses } = makeRelay(fingerprintOf(other.root));
    const both = [authority, other];
    for (const _round of [1, 2]) {
      for (const leafOf of both) {
        const key = await privateKeyOf(leafOf.leaf);
        for (const intermediateOf of both) {
          for (const rootOf of both) {
            for (const keyOf of both) {
              const chain = x5c(leafOf.leaf, intermediateOf.intermediate, rootOf.root);
              const text = jws(
                { alg: "ES256", x5c: chain },
                transaction(),
                keyOf === leafOf ? key : await privateKeyOf(keyOf.leaf),
              );
              const isWhole = new Set([leafOf, intermediateOf, rootOf, keyOf]).size === 1;
              await (isWhole ? decode(text) : refuses(text));
            }
          }
        }
      }
    }
  });

  it("costs no verification where the form alone is wrong", async () => {
    const { decode, refuses, verifiedBy } = makeRelay();
    const says =
      /three parts|64 bytes|base64url|longer|signed with ES256|three certificates|crit|jwk|plain base64|none of the kinds|not a number/;
    const wrong: string[] = [];
    for (const { make } of Object.values(badCases(signing))) {
      const text = await make();
      await decode(text).catch(({ message }) => says.test(message) && wrong.push(text));
    }
    assert.ok(wrong.length > 20);
    const cost = await verifiedBy(async () => {
      for (const text of wrong) await refuses(text);
    });
    assert.equal(cost, 0);
  });
});

describe("Chains of which it is asked whether they were revoked", () => {
  it("are asked about once each while all of them wait, more of them than are kept", async () => {
    const all = await leaves(2 * kept + 6);
    const texts = await Promise.all(all.map((leaf) => signedBy(leaf, above)));
    const asked: string[] = [];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const revoked = all[7];
    assert.ok(revoked);
    const payloads = createSignedPayloads({
      fingerprints: new Set([authority.fingerprint]),
      runtime: { now: Date.now },
      revocation: {
        mode: "closed",
        async ask(_url, request) {
          const hex = Buffer.from(request).toString("hex");
          asked.push(hex);
          await released;
          const status = hex.includes(revoked.certificate.serialNumber) ? "revoked" : "good";
          return ocspAnswer(request, authority, { status });
        },
      },
    });
    const verdicts = texts.flatMap((text) =>
      [text, text].map((each) =>
        payloads.decode(each, { apps }).then(
          () => "believed",
          (error: unknown) => (error instanceof SignatureFault ? "refused" : String(error)),
        ),
      ),
    );
    release();
    assert.deepEqual(
      await Promise.all(verdicts),
      all.flatMap((leaf) => (leaf === revoked ? ["refused", "refused"] : ["believed", "believed"])),
    );
    assert.equal(asked.length, new Set(asked).size);
    assert.equal(asked.length, all.length + 1);
  });
});

/** Other texts that are read as the same bytes: the last letter of base64 with padding has bits that nobody reads. */
function otherLetters(text: string): string[] {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const end = text.indexOf("=");
  if (end < 0) return [text];
  return [...letters]
    .map((letter) => text.slice(0, end - 1) + letter + text.slice(end))
    .filter((each) => Buffer.from(each, "base64").equals(Buffer.from(text, "base64")));
}
