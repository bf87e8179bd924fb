import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createRedaction } from "../../functions/credentials/redaction.ts";
import { createP8, holdClock, openRoom, purchaseTags } from "./support.ts";

const minute = 60_000;

function open({ runtime = holdClock(), maxSecrets = 10, maxTokens = 10 } = {}) {
  return createRedaction({ runtime, secretMs: 15 * minute, maxSecrets, maxTokens });
}

const encodings: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  "base64 within other text": (text) => Buffer.from(`{"a":"${text}"}`).toString("base64"),
  percent: (text) => encodeURIComponent(text),
  "percent in small letters": (text) =>
    encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  JSON: (text) => JSON.stringify({ text }),
};

describe("Redaction", () => {
  it("takes out secrets, their lines, tokens and their segments in every encoding", async (t) => {
    const { vault, credentials } = await openRoom(t);
    const { pem } = createP8();
    vault.setSecret("shop", pem, { tags: purchaseTags() });
    vault.setSecret("adjust", "adj+ust/token=with%signs", { tags: { kind: "adjust" } });
    const shop = await credentials.choose({ kinds: ["in-app-purchase"] });
    const token = (await shop.authorization({})).slice("Bearer ".length);
    await credentials.choose({ kinds: ["adjust"] });

    const body = pem.replace(/-----.*-----|\n/g, "");
    const [, middle = ""] = pem.split("\n");
    const secrets = [pem, pem.trim(), body, middle, "adj+ust/token=with%signs", token, ...token.split(".")];
    for (const secret of secrets) {
      for (const [name, encode] of Object.entries(encodings)) {
        for (const redacted of [
          credentials.redact(`<${encode(secret)}>`),
          shop.redact(`<${encode(secret)}>`),
        ]) {
          assert.match(redacted, /\[redacted\]/, name);
          const shown = redacted.replaceAll("[redacted]", "");
          // No more than a few signs at the seams of an encoding may be left, the text around it set aside.
          assert.ok(
            longestShared(shown, encode(secret)) < 20,
            `${name} left ${longestShared(shown, encode(secret))}`,
          );
        }
      }
    }
  });

  it("takes out what looks like a token though it is not known", () => {
    const { redact } = open();
    const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    assert.equal(redact(`a ${jwt} b`), "a [redacted] b");
    assert.equal(redact(`authorization: Bearer abc123`), "authorization: Bearer [redacted]");
    assert.equal(redact(`{"h":"bearer abcdefghijklmnopqrst"}`), `{"h":"bearer [redacted]"}`);
    assert.equal(redact("x=Bearer%20abc123def"), "x=Bearer%20[redacted]");
    assert.equal(redact(`q ${Buffer.from(jwt).toString("base64")} r`), "q [redacted] r");
    const { pem } = createP8();
    assert.equal(redact(`key: ${pem}`).includes("MIG"), false);
    assert.equal(redact(`key: ${pem.slice(0, 80)}`).includes("MIG"), false, "a PEM that was cut");
  });

  it("leaves messages readable", () => {
    const { redact, rememberSecret } = open();
    rememberSecret("a");
    rememberSecret("");
    const text =
      "Provide a properly configured and signed bearer token, and make sure that it has not expired.";
    assert.equal(redact(text), text);
  });

  it("leaves no remembered secret in any text", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 8, unit: "binary" }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...Object.values(encodings)),
        fc.string(),
        (secrets, encode, around) => {
          const { redact, rememberSecret } = open();
          const visible = secrets
            .map((secret) => secret.toWellFormed())
            .filter((secret) => secret.trim().length >= 6);
          for (const secret of visible) rememberSecret(secret);
          const text = redact(around + visible.map(encode).join(around) + around);
          for (const secret of visible) assert.ok(!text.includes(secret) || around.includes(secret));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("remembers no more than its bound, and tokens push out no secret", () => {
    const { redact, rememberSecret, rememberToken } = open({ maxSecrets: 2, maxTokens: 3 });
    rememberSecret("secret-number-one");
    for (let i = 0; i < 100; i++) rememberToken(`token-number-${i}.`, minute);
    assert.equal(
      redact("secret-number-one token-number-99. token-number-1."),
      "[redacted] [redacted] token-number-1.",
    );
  });

  it("forgets a secret that is no longer read, and a token that has expired", () => {
    const runtime = holdClock();
    const redaction = open({ runtime });
    redaction.rememberSecret("secret-in-use");
    redaction.rememberSecret("secret-of-before");
    redaction.rememberToken("token-of-before", 5 * minute);
    runtime.advance(6.9 * minute);
    assert.equal(redaction.redact("token-of-before"), "[redacted]", "until a call with it must have ended");
    runtime.advance(0.1 * minute);
    assert.equal(redaction.redact("token-of-before"), "token-of-before");
    redaction.rememberSecret("secret-in-use");
    runtime.advance(9.9 * minute);
    assert.equal(redaction.redact("secret-of-before"), "[redacted]");
    runtime.advance(0.1 * minute);
    assert.equal(redaction.redact("secret-of-before secret-in-use"), "secret-of-before [redacted]");
    assert.equal(redaction.size, 1);
    runtime.advance(7 * minute);
    redaction.redact("");
    assert.equal(redaction.size, 0);
  });

  it("knows a secret for as long as it is in use, and a rotated one for a while only", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const tags = { kind: "adjust" };
    vault.setSecret("adjust", "adjust-secret-before", { tags });
    const use = async () => (await credentials.choose({ kinds: ["adjust"] })).authorization({});
    for (let i = 0; i < 30; i++) {
      await use();
      clock.advance(4 * minute);
      assert.equal(credentials.redact("adjust-secret-before"), "[redacted]");
    }
    clock.advance(2 * minute);
    await use();
    vault.fault({ on: "GET /secrets", answer: 503 });
    clock.advance(14 * minute);
    await use();
    assert.equal(credentials.redact("adjust-secret-before"), "[redacted]", "bridged");
    vault.clearFaults();
    vault.setSecret("adjust", "adjust-secret-after", { tags });
    clock.advance(minute);
    await use();
    assert.equal(credentials.redact("adjust-secret-before adjust-secret-after"), "[redacted] [redacted]");
    clock.advance(2 * minute);
    assert.equal(
      credentials.redact("adjust-secret-before adjust-secret-after"),
      "adjust-secret-before [redacted]",
    );
  });
});

/** Length of the longest piece that both texts have. */
function longestShared(text: string, other: string): number {
  let longest = 0;
  for (let from = 0; from < text.length; from++) {
    while (text.length - from > longest && other.includes(text.slice(from, from + longest + 1))) longest++;
  }
  return longest;
}
