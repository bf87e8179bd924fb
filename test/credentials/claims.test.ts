import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { createCredentials } from "../../functions/credentials/credentials.ts";
import {
  createP8,
  failure,
  holdClock,
  openRoom,
  purchaseTags,
  teamTags,
  vaultOf,
  verified,
} from "./support.ts";

describe("Claims", () => {
  it("of a team key", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const { pem, publicKey } = createP8();
    vault.setSecret("team", pem, { tags: teamTags("TEAMKEY001") });
    const chosen = await credentials.choose({ kinds: ["app-store-connect-team"] });
    const { payload, header } = await verified(await chosen.authorization({}), publicKey, clock.now());
    const now = Math.floor(clock.now() / 1000);
    assert.deepEqual(header, { alg: "ES256", kid: "TEAMKEY001", typ: "JWT" });
    assert.deepEqual(payload, {
      iss: teamTags()["issuer-id"],
      iat: now - 30,
      exp: now - 30 + 900,
      aud: "appstoreconnect-v1",
    });
  });

  it("of an individual key have a subject and no issuer, even where a tag names one", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const { pem, publicKey } = createP8();
    vault.setSecret("me", pem, { tags: { ...teamTags(), kind: "app-store-connect-individual" } });
    const chosen = await credentials.choose({ kinds: ["app-store-connect-individual"] });
    const { payload } = await verified(await chosen.authorization({}), publicKey, clock.now());
    assert.deepEqual(Object.keys(payload).sort(), ["aud", "exp", "iat", "sub"]);
    assert.equal(payload.sub, "user");
  });

  it("of an in-app-purchase key name the app", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const { pem, publicKey } = createP8();
    vault.setSecret("shop", pem, { tags: purchaseTags("com.example.shop") });
    const chosen = await credentials.choose({ kinds: ["in-app-purchase"] });
    const { payload } = await verified(await chosen.authorization({}), publicKey, clock.now());
    assert.deepEqual(Object.keys(payload).sort(), ["aud", "bid", "exp", "iat", "iss"]);
    assert.equal(payload.bid, "com.example.shop");
  });

  it("take nothing from a caller: whatever bundle ID is asked for, it is a listed one or refused", async () => {
    const listed = ["com.example.a", "com.example.b"];
    const { pem } = createP8();
    const runtime = holdClock();
    const vault = vaultOf(pem, purchaseTags(listed.join(",")));
    const credentials = createCredentials({ vault, runtime });
    const chosen = await credentials.choose({ kinds: ["in-app-purchase"] });
    const asked = fc.oneof(
      fc.constantFrom(
        ...listed,
        "com.example.A",
        "com.example.a,com.example.b",
        "__proto__",
        "",
        '","aud":"x',
      ),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 0, max: 100_000 }), async (bundleId, passed) => {
        runtime.advance(passed);
        const outcome = await chosen.authorization({ bundleId }).then(
          (authorization) => authorization.slice("Bearer ".length),
          () => undefined,
        );
        assert.equal(outcome !== undefined, listed.includes(bundleId));
        if (outcome === undefined) return;
        const claims = decodeJwt(outcome);
        assert.deepEqual(Object.keys(claims).sort(), ["aud", "bid", "exp", "iat", "iss"]);
        assert.equal(claims.bid, bundleId);
        assert.equal(claims.aud, "appstoreconnect-v1");
        const now = runtime.now() / 1000;
        assert.ok(claims.iat !== undefined && claims.exp !== undefined);
        assert.ok(claims.iat <= now - 30, "not from the future");
        assert.equal(claims.exp - claims.iat, 900, "within Apple's limit");
        assert.ok(claims.exp - now >= 120, "enough of it is left");
        assert.deepEqual(Object.keys(decodeProtectedHeader(outcome)).sort(), ["alg", "kid", "typ"]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("Values that reach a header", () => {
  const token = (value: string) => {
    const credentials = createCredentials({
      vault: vaultOf(value, { kind: "adjust" }),
      runtime: holdClock(),
    });
    return credentials.choose({ kinds: ["adjust"] }).then((chosen) => chosen.authorization({}));
  };

  it("lose one line break at the end and nothing else", async () => {
    for (const end of ["", "\n", "\r\n"])
      assert.equal(await token(`abcdef123456${end}`), "Bearer abcdef123456");
  });

  it("are refused rather than cleaned", async () => {
    for (const value of [
      "a b",
      "a\r\nx-evil: 1",
      "a\n\n",
      "\na",
      "a\tb",
      "a\u0000b",
      "ä",
      "a\u2028b",
      "\n",
      " ",
    ]) {
      const error = await failure(token(value));
      assert.equal(error.code, "credential_unavailable", JSON.stringify(value));
    }
  });

  it("hold visible ASCII only, whatever the secret is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1 }), async (value) => {
        const sent = await token(value).catch(() => undefined);
        if (sent === undefined) return;
        assert.match(sent, /^Bearer [\x21-\x7e]+$/);
        assert.equal(sent.slice("Bearer ".length), value.replace(/\r?\n$/, ""));
      }),
      { numRuns: 2_000 },
    );
  });

  it("are never the secret of a webhook", async () => {
    const vault = vaultOf("webhook-secret-0001", { kind: "app-store-connect-webhook" });
    const credentials = createCredentials({ vault, runtime: holdClock() });
    const chosen = await credentials.choose({ kinds: ["app-store-connect-webhook"] });
    assert.equal((await failure(chosen.authorization({}))).code, "credential_unavailable");
  });
});
