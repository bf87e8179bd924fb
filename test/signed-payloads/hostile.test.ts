import { describe, it } from "node:test";
import fc from "fast-check";
import { createSignedPayloads } from "../../functions/signed-payloads/index.ts";
import { attacks } from "./hostile.ts";
import { makeSigning } from "./signing.ts";

const signing = await makeSigning();
const payloads = createSignedPayloads({
  fingerprints: new Set([signing.authority.fingerprint]),
  runtime: { now: Date.now },
});

const all = Object.entries(await attacks(signing, payloads));

describe("More than ten thousand hostile payloads", () => {
  for (const [what, { runs, property }] of all) {
    it(`deceive nobody and break nothing: ${what}`, async () => {
      await fc.assert(property, { numRuns: runs, includeErrorInReport: true });
    });
  }
});
