import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createP8, failure, observeThing, openRoom, teamTags } from "./support.ts";

const day = 86_400_000;

describe("Problems of the vault", () => {
  it("are told of each secret that is switched off, unreadable or garbage, and of no other", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const { pem } = createP8();
    vault.setSecret("fine", pem, { tags: teamTags() });
    vault.setSecret("disabled", pem, { tags: teamTags(), enabled: false });
    vault.setSecret("expired", pem, { tags: teamTags(), expiresOn: clock.now() - day });
    vault.setSecret("early", pem, { tags: teamTags(), notBefore: clock.now() + day });
    vault.setSecret("no-key", "no key at all", { tags: teamTags() });
    vault.setSecret("no-token", "two words", { tags: { kind: "adjust" } });
    vault.setSecret("forbidden", pem, { tags: teamTags() });
    vault.fault({ on: "GET /secrets/forbidden", answer: 403, code: "ForbiddenByRbac" });
    vault.setSecret("vanished", pem, { tags: teamTags() });
    vault.fault({ on: "GET /secrets/vanished", answer: 404, code: "SecretNotFound" });
    vault.setKey("curve", { tags: teamTags() }, "P-384");
    vault.setSecret("none-of-ours", "two words", { enabled: false });
    const problems = await credentials.problems();
    observeThing("the problems", problems);
    const told = new Map(problems.map(({ name, message }) => [name, message]));
    assert.deepEqual(
      [...told.keys()],
      ["curve", "disabled", "early", "expired", "forbidden", "no-key", "no-token", "vanished"],
    );
    const date = (time: number) => new Date(time).toISOString().slice(0, 10);
    for (const [name, message] of [
      ["curve", /P-256/],
      ["disabled", /^It is disabled\.$/],
      ["early", new RegExp(`not valid before ${date(clock.now() + day)}`)],
      ["expired", new RegExp(`expired on ${date(clock.now() - day)}`)],
      ["forbidden", /does not let it be read/],
      ["no-key", /no P-256 private key/],
      ["no-token", /no token/],
      ["vanished", /gone/],
    ] as const) {
      assert.match(told.get(name) ?? "", message);
    }
    assert.ok(problems.every(({ hint }) => hint.endsWith(".")));
    // What somebody did on purpose is told, and does not count as trouble.
    assert.deepEqual(
      problems.filter(({ blocks }) => !blocks).map(({ name }) => name),
      ["disabled", "early"],
    );
  });

  it("tell of secrets that only check what comes in as of those that are sent", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("empty", "\n", { tags: { kind: "app-store-connect-webhook" } });
    vault.setSecret("hook", "a sentence that somebody typed", {
      tags: { kind: "app-store-connect-webhook" },
    });
    vault.setSecret("short", "guess-me", { tags: { kind: "adjust-callback" } });
    const problems = await credentials.problems();
    assert.deepEqual(
      problems.map(({ name, message }) => [name, message]),
      [
        ["empty", "The credential's value is empty."],
        ["short", "The credential's value is shorter than 32 characters, so it could be guessed."],
      ],
    );
  });

  for (const answer of [403, 404, 503] as const) {
    it(`are told though the versions of one secret cannot be listed: ${answer}`, async (t) => {
      const { vault, credentials } = await openRoom(t);
      vault.setSecret("lost", createP8().pem, { tags: teamTags() });
      vault.setSecret("lost", createP8().pem);
      vault.setSecret("odd", "none of ours");
      vault.fault({ on: "GET /secrets/odd/versions", answer });
      const [lost, odd, ...others] = await credentials.problems();
      assert.match(lost?.message ?? "", /lost the tag kind/);
      assert.deepEqual([odd?.name, odd?.blocks, others], ["odd", false, []]);
      assert.match(odd?.message ?? "", /cannot be listed/);
    });
  }

  it("cannot be told when the vault cannot be listed", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.fault({ on: "GET /secrets", answer: 403, code: "ForbiddenByRbac" });
    assert.equal((await failure(credentials.problems())).code, "key_vault_unavailable");
  });
});
