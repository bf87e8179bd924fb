import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { type Expected, SignatureFault, type SignedPayloads } from "../../functions/signed-payloads/index.ts";
import { badCases } from "../signed-payloads/bad-cases.ts";
import { goodCases } from "../signed-payloads/good-cases.ts";
import { attacks } from "../signed-payloads/hostile.ts";
import { makeSigning } from "../signed-payloads/signing.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

/** The attacks of `test/signed-payloads/hostile.ts` once more, through the function. Secrets are swept by the rig. */

const signing = await makeSigning();
let relay: Relay;
before(async () => {
  relay = await startRelay({ appleRoots: [signing.authority.fingerprint] });
});
after(() => relay.close());

const decode = (signedPayload: string) => relay.call("DecodeSignedPayload", { input: { signedPayload } });

/** A refusal in the one shape, short, that says nothing of what was sent and nothing of the inside. */
function assertRefused({ status, error, text, headers }: Answer, sent: string): void {
  assert.ok(
    (status === 422 && error?.code === "invalid_signature") ||
      (status === 400 && error?.code === "invalid_input"),
    `${status} ${text.slice(0, 300)}`,
  );
  assert.deepEqual(Object.keys(JSON.parse(text)), ["error"]);
  assert.deepEqual(
    [error.source, error.retryable, error.outcome, error.details?.map(({ field }) => field)],
    ["relay", false, "none", ["signedPayload"]],
  );
  assert.match(headers["content-type"] ?? "", /^application\/json/);
  assert.ok(text.length < 1_500, text);
  // A frame of a stack, a path, a library's own words.
  assert.doesNotMatch(text, /\n\s*at |node:|\.[jt]s\b|error:[0-9A-F]{8}|Error\b/);
  for (const part of sent.split(/[^\w-]+/)) assert.ok(part.length < 25 || !text.includes(part), part);
}

/** Decodes through the function; whether it does has to be what the verification says. */
const throughTheFunction: SignedPayloads = {
  async decode(text: string, expected: Expected) {
    const answer = await decode(text);
    const decoded = await relay.services.signedPayloads.decode(text, expected).catch((error: unknown) => {
      if (!(error instanceof SignatureFault)) throw error;
      assertRefused(answer, text);
      throw error;
    });
    assert.equal(answer.status, 200, answer.text);
    const { kind, payload } = decoded;
    assert.equal(answer.text, JSON.stringify({ kind, payload }));
    return decoded;
  },
};

describe("DecodeSignedPayload", () => {
  for (const [what, make] of Object.entries(goodCases(signing))) {
    it(`answers what is right: ${what}`, async () => {
      const { status, text } = await decode(await make());
      assert.equal(status, 200, text);
    });
  }

  for (const [what, { make }] of Object.entries(badCases(signing))) {
    it(`refuses what is wrong: ${what}`, async () => {
      const text = await make();
      assertRefused(await decode(text), text);
    });
  }

  it("holds hundreds of hostile payloads off", async () => {
    for (const { runs, property } of Object.values(await attacks(signing, throughTheFunction))) {
      await fc.assert(property, { numRuns: Math.ceil(runs / 20), includeErrorInReport: true });
    }
  });

  it("takes no other type in the place of a payload", async () => {
    const values = [
      "null",
      '""',
      "1e999",
      "true",
      "[]",
      '["a.b.c"]',
      "{}",
      '{"toString":1}',
      '"\\u0000"',
      "7",
    ];
    for (const value of values) {
      const answer = await relay.call("DecodeSignedPayload", { body: `{"signedPayload":${value}}` });
      assertRefused(answer, value);
    }
    const own = '{"__proto__":{"signedPayload":"a.b.c"}}';
    const { status, error } = await relay.call("DecodeSignedPayload", { body: own });
    assert.deepEqual([status, error?.code], [400, "invalid_input"]);
  });
});
