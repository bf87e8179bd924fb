import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { type CredentialKind, createCredentials } from "../../functions/credentials/index.ts";
import { canary } from "../support/canary.ts";
import { failure, holdClock, vaultOf } from "./support.ts";

const choose = (value: string, kind: CredentialKind) =>
  createCredentials({ vault: vaultOf(value, { kind }), runtime: holdClock() }).choose({ kinds: [kind] });

describe("Secrets that check what comes in", () => {
  it("tell their own text from every other", async () => {
    const secret = canary("callback-secret-of-32-characters").padEnd(40, "x");
    const chosen = await choose(`${secret}\n`, "adjust-callback");
    assert.equal(await chosen.isSecret(secret), true);
    for (const other of ["", secret.slice(1), `${secret}x`, `${secret}\n`, secret.toUpperCase()]) {
      assert.equal(await chosen.isSecret(other), false);
    }
    assert.equal((await failure(chosen.authorization({}))).code, "credential_unavailable");
    assert.equal((await failure(chosen.mac(Buffer.of()))).code, "credential_unavailable");
    assert.equal((await failure(chosen.sharedSecret())).code, "credential_unavailable");
  });

  it("make the signature of Apple's own example", async () => {
    const chosen = await choose("This is my secret", "app-store-connect-webhook");
    const mac = await chosen.mac(Buffer.from("Hello, World!"));
    // Source: Apple's documentation of webhook notifications.
    assert.equal(mac.toString("hex"), "7f062172b01cb00b53ca068614674a3d982a34062a0f5d37687d5e3377e54657");
    assert.equal((await failure(chosen.isSecret("This is my secret"))).code, "credential_unavailable");
  });

  it("are keys as they stand, whatever a person typed", async () => {
    const secret = "zwölf Boxkämpfer — a sentence";
    const chosen = await choose(secret, "app-store-connect-webhook");
    const expected = createHmac("sha256", Buffer.from(secret)).update("x").digest();
    assert.deepEqual(await chosen.mac(Buffer.from("x")), expected);
  });

  it("give keys that tell purposes apart", async () => {
    const chosen = await choose("m".repeat(32), "app-store-connect-webhook-master");
    const [one, again, other] = await Promise.all(
      ["a", "a", "b"].map((purpose) => chosen.deriveKey(purpose)),
    );
    assert.equal(one?.length, 32);
    assert.deepEqual(one, again);
    assert.notDeepEqual(one, other);
  });

  it("are refused where they could be guessed", async () => {
    const wrong: [CredentialKind, string][] = [
      ["app-store-connect-webhook-master", "m".repeat(31)],
      ["adjust-callback", "c".repeat(31)],
      ["adjust-callback", `${"c".repeat(31)} d`],
      ["app-store-connect-webhook", "\n"],
    ];
    for (const [kind, value] of wrong) {
      assert.equal((await failure(choose(value, kind))).code, "credential_unavailable", kind);
    }
  });
});
