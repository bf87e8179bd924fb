import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CredentialWish } from "../../functions/credentials/index.ts";
import { createP8, failure, openRoom, purchaseTags, teamTags } from "./support.ts";

const team: CredentialWish = { kinds: ["app-store-connect-team"] };
const purchase: CredentialWish = { kinds: ["in-app-purchase"] };

describe("Choosing a credential", () => {
  it("takes the only one of the kind, whatever else the vault holds", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("one", createP8().pem, { tags: teamTags() });
    vault.setSecret("adjust", "adjust-token-0001", { tags: { kind: "adjust" } });
    vault.setSecret("unrelated", "no kind");
    assert.equal((await credentials.choose(team)).credential.name, "one");
  });

  it("takes the default one of several, by name any of them", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("one", createP8().pem, { tags: teamTags("KEYOFONE01") });
    vault.setSecret("two", createP8().pem, { tags: teamTags("KEYOFTWO02", { default: "true" }) });
    assert.equal((await credentials.choose(team)).credential.name, "two");
    assert.equal((await credentials.choose({ ...team, name: "one" })).credential.keyId, "KEYOFONE01");
  });

  it("lists the names, sorted, when several fit and none is the default", async (t) => {
    const { vault, credentials } = await openRoom(t);
    for (const name of ["b", "a", "c"]) vault.setSecret(name, createP8().pem, { tags: teamTags() });
    vault.update("c", { enabled: false });
    const error = await failure(credentials.choose(team));
    assert.equal(error.code, "credential_required");
    assert.equal(error.status, 400);
    assert.match(error.message, /: a, b\.$/);
    assert.equal(error.details?.[0]?.field, "credential");
  });

  it("says so when there is none of the kind", async (t) => {
    const { credentials } = await openRoom(t);
    const error = await failure(credentials.choose(team));
    assert.equal(error.code, "credential_required");
    assert.match(error.message, /no usable credential of the kind app-store-connect-team/);
  });

  it("picks the in-app-purchase key by bundle ID, and none that does not serve it", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("shop", createP8().pem, { tags: purchaseTags("com.example.shop") });
    vault.setSecret("game", createP8().pem, { tags: purchaseTags("com.example.game,com.example.game2") });
    const chosen = await credentials.choose({ ...purchase, bundleId: "com.example.game2" });
    assert.equal(chosen.credential.name, "game");
    const none = await failure(credentials.choose({ ...purchase, bundleId: "com.example.other" }));
    assert.equal(none.code, "credential_required");
    const named = await failure(
      credentials.choose({ ...purchase, name: "shop", bundleId: "com.example.game" }),
    );
    assert.equal(named.code, "credential_unavailable");
  });

  it("asks for the bundle ID when a credential serves several, and mints for no other", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("game", createP8().pem, { tags: purchaseTags("com.example.a,com.example.b") });
    const chosen = await credentials.choose(purchase);
    const unnamed = await failure(chosen.authorization({}));
    assert.equal(unnamed.code, "invalid_input");
    assert.equal(unnamed.details?.[0]?.field, "bundleId");
    const other = await failure(chosen.authorization({ bundleId: "com.example.c" }));
    assert.equal(other.code, "credential_unavailable");
  });

  it("finds what was added a moment ago, but lists the vault for guesses only now and then", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    await credentials.list();
    vault.setSecret("new", createP8().pem, { tags: teamTags() });
    clock.advance(11_000);
    assert.equal((await credentials.choose({ ...team, name: "new" })).credential.name, "new");
    const before = vault.calls.length;
    for (let i = 0; i < 100; i++) await failure(credentials.choose({ ...team, name: `guess-${i}` }));
    assert.equal(vault.calls.length, before);
  });
});

describe("Probing for credentials", () => {
  it("gets one answer, byte for byte, whatever is wrong with the name", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const { pem } = createP8();
    vault.setSecret("disabled", pem, { tags: teamTags(), enabled: false });
    vault.setSecret("expired", pem, { tags: teamTags(), expiresOn: clock.now() - 60_000 });
    vault.setSecret("early", pem, { tags: teamTags(), notBefore: clock.now() + 60_000 });
    vault.setSecret("forbidden", pem, { tags: teamTags() });
    vault.fault({ on: "GET /secrets/forbidden", answer: 403, code: "ForbiddenByRbac" });
    vault.setSecret("vanished", pem, { tags: teamTags() });
    vault.fault({ on: "GET /secrets/vanished", answer: 404, code: "SecretNotFound" });
    vault.setSecret("off-since", pem, { tags: teamTags() });
    vault.fault({ on: "GET /secrets/off-since", answer: 403, code: "SecretDisabled" });
    vault.setSecret("adjust", "adjust-token-0001", { tags: { kind: "adjust" } });
    vault.setSecret("no-kind", pem);
    vault.setSecret("bad-tags", pem, { tags: { kind: "app-store-connect-team" } });
    vault.setSecret("both", pem, { tags: teamTags() });
    vault.setKey("both");
    vault.setSecret("garbage", "no key at all", { tags: teamTags() });
    vault.setSecret("shop", createP8().pem, { tags: purchaseTags("com.example.shop") });

    const names = ["unknown", "disabled", "expired", "early", "forbidden", "vanished", "off-since"];
    names.push(
      "adjust",
      "garbage",
      "shop",
      "no-kind",
      "bad-tags",
      "both",
      "../disabled",
      "a".repeat(5_000),
      "",
      "nul\u0000",
      "a\r\nb: c",
    );
    const answers = new Set<string>();
    for (const name of names) {
      const error = await failure(credentials.choose({ ...team, name }));
      answers.add(JSON.stringify([error.status, error.toBody("id"), error.retryAfterSeconds]));
    }
    assert.equal(answers.size, 1, [...answers].join("\n"));
    assert.match([...answers][0] ?? "", /credential_unavailable/);
    const purchases = await failure(
      credentials.choose({ ...purchase, name: "shop", bundleId: "com.example.other" }),
    );
    assert.ok(answers.has(JSON.stringify([purchases.status, purchases.toBody("id"), undefined])));
  });

  it("has no value read that the call could not use", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const { pem } = createP8();
    vault.setSecret("adjust", "adjust-token-0001", { tags: { kind: "adjust" } });
    vault.setSecret("hook", "webhook-secret", { tags: { kind: "app-store-connect-webhook" } });
    vault.setSecret("shop", pem, { tags: purchaseTags("com.example.shop") });
    vault.setSecret("disabled", pem, { tags: teamTags(), enabled: false });
    vault.setSecret("expired", pem, { tags: teamTags(), expiresOn: clock.now() - 60_000 });
    for (const name of ["adjust", "hook", "shop", "disabled", "expired", "unknown"]) {
      clock.advance(60_000);
      await failure(credentials.choose({ ...team, name }));
    }
    await failure(credentials.choose({ ...purchase, name: "shop", bundleId: "com.example.other" }));
    assert.equal(vault.count("GET /secrets/"), 0);
    const lists = (name: string) => {
      clock.advance(60_000);
      const before = vault.calls.length;
      return failure(credentials.choose({ ...team, name })).then(() => vault.calls.slice(before));
    };
    assert.deepEqual(await lists("adjust"), await lists("unknown"), "as many calls for both");
  });

  it("tells what is wrong with the value only where the relay chose, also when it changes later", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    const named = await credentials.choose({ ...team, name: "team" });
    const own = await credentials.choose(team);
    vault.setSecret("team", "no key at all", { tags: teamTags() });
    clock.advance(6 * 60_000);
    const unknown = await failure(credentials.choose({ ...team, name: "unknown" }));
    const probed = await failure(named.authorization({}));
    assert.deepEqual(probed.toBody("id"), unknown.toBody("id"));
    assert.match(String((probed.cause as Error).message), /P-256/, "the logs have the reason");
    assert.match((await failure(own.authorization({}))).message, /P-256/);
    assert.match((await failure(credentials.choose(team))).message, /P-256/);
  });
});
