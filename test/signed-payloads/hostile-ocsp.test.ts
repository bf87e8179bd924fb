import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RelayError } from "../../functions/errors.ts";
import { verifyChain } from "../../functions/signed-payloads/chain.ts";
import { createSignedPayloads, SignatureFault } from "../../functions/signed-payloads/index.ts";
import { type CertificateStatus, ocspRequest, readOcspAnswer } from "../../functions/signed-payloads/ocsp.ts";
import { ocspAnswer } from "../../local/simulator/signing/ocsp-answer.ts";
import { changeDer, type DerChange, derChange, parseDer, partsOf, writeDer } from "./der-tree.ts";
import { apps, transaction } from "./payloads.ts";
import { makeSigning } from "./signing.ts";

/** What a responder answers is sent in the clear, so that whoever stands in between can write it. */

const signing = await makeSigning("http://127.0.0.1:1/ocsp");
const { authority } = signing;
const fingerprints = new Set([authority.fingerprint]);
const [leaf, ...others] = signing.chain();
const { links } = verifyChain([leaf ?? "", others[0] ?? "", others[1] ?? ""], fingerprints);
const [link] = links;
assert.ok(link);

const answers = await Promise.all(
  (["good", "revoked", "unknown"] as const).flatMap((status) =>
    [{ status }, { status, signer: "issuer" as const }].map(async (facts) =>
      Buffer.from(await ocspAnswer(ocspRequest(link), authority, facts)),
    ),
  ),
);
const now = Date.now();
const believed = new Map<Buffer, CertificateStatus>(
  answers.map((answer) => [answer, readOcspAnswer(answer, link, now)]),
);

/** The answer inside an answer, and what the responder signed of it. */
const basicOf = (answer: Buffer): Buffer => {
  const all = parseDer(answer);
  const [, wrapper] = partsOf(all[0]);
  const [, octets] = partsOf(partsOf(wrapper)[0]);
  return Buffer.isBuffer(octets?.content) ? octets.content : Buffer.alloc(0);
};
const signedPart = (answer: Buffer) => writeDer(partsOf(parseDer(basicOf(answer))[0]).slice(0, 1));

/** An answer in which the inner one is changed, and all around it is right. */
function changedInside(answer: Buffer, at: number, change: DerChange): Buffer {
  const all = parseDer(answer);
  const [, octets] = partsOf(partsOf(partsOf(all[0])[1])[0]);
  const inner = parseDer(basicOf(answer));
  changeDer(inner, at, change);
  if (octets) octets.content = writeDer(inner);
  return writeDer(all);
}

function changedOutside(answer: Buffer, at: number, change: DerChange): Buffer {
  const all = parseDer(answer);
  changeDer(all, at, change);
  return writeDer(all);
}

/** Writes some bytes in the place of others. */
const overwritten = (answer: Buffer, at: number, bytes: Uint8Array, count: number) => {
  const from = at % (answer.length + 1);
  return Buffer.concat([answer.subarray(0, from), bytes, answer.subarray(from + count)]);
};

const anyAnswer = fc.constantFrom(...answers);
/** A right answer, and another that was made of it. */
const hostile: fc.Arbitrary<readonly [Buffer, Buffer]> = fc.oneof(
  fc
    .tuple(anyAnswer, fc.nat(), derChange)
    .map(([from, ...how]) => [from, changedInside(from, ...how)] as const),
  fc
    .tuple(anyAnswer, fc.nat(), derChange)
    .map(([from, ...how]) => [from, changedOutside(from, ...how)] as const),
  fc
    .tuple(anyAnswer, fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.oneof(fc.nat({ max: 4 }), fc.nat()))
    .map(([from, ...how]) => [from, overwritten(from, ...how)] as const),
  fc
    .tuple(anyAnswer, fc.uint8Array({ maxLength: 300 }))
    .map(([from, any]) => [from, Buffer.from(any)] as const),
);

/** Whether it holds, word for word, what a responder signed. */
const saysTheSame = (from: Buffer, made: Buffer) => made.includes(signedPart(from));

describe("Answers about certificates that were changed on the way", () => {
  it("say nothing, or what was signed: thousands of them", () => {
    fc.assert(
      fc.property(hostile, ([from, made]) => {
        let read: CertificateStatus | undefined;
        try {
          read = readOcspAnswer(made, link, now);
        } catch (error) {
          assert.ok(error instanceof Error);
        }
        if (read === undefined) return;
        assert.ok(saysTheSame(from, made), made.toString("hex"));
        assert.deepEqual(read, believed.get(from));
      }),
      { numRuns: 4_000, includeErrorInReport: true },
    );
  });

  it("end in what was signed or in nothing at all for who asked, with no other error", async () => {
    const text = signing.signed(transaction());
    await fc.assert(
      fc.asyncProperty(
        hostile,
        fc.constantFrom("open" as const, "closed" as const),
        async ([from, made], mode) => {
          const ask = async (_url: string, request: Uint8Array) =>
            Buffer.from(request).equals(Buffer.from(ocspRequest(link)))
              ? made
              : ocspAnswer(request, authority);
          const payloads = createSignedPayloads({
            fingerprints,
            runtime: { now: () => now },
            revocation: { mode, ask },
          });
          const said = await payloads.decode(text, { apps }).then(
            () => "good",
            (error: unknown) => {
              if (error instanceof SignatureFault) return "bad";
              assert.ok(error instanceof RelayError && error.code === "upstream_unavailable");
              return "unavailable";
            },
          );
          const truth = believed.get(from)?.status === "good" ? "good" : "bad";
          if (saysTheSame(from, made))
            assert.ok([truth, mode === "open" ? "good" : "unavailable"].includes(said));
          else assert.equal(said, mode === "open" ? "good" : "unavailable", made.toString("hex"));
        },
      ),
      { numRuns: 300, includeErrorInReport: true },
    );
  });
});
