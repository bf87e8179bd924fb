import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeJwt } from "jose";
import { createP8, failure, openRoom, purchaseTags, teamTags, verified } from "./support.ts";

const team = { kinds: ["app-store-connect-team"] } as const;
const minute = 60_000;

describe("Tokens", () => {
  it("are minted once and used until two minutes before their end", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    const chosen = await credentials.choose(team);
    const first = await chosen.authorization({});
    // exp is 14.5 min ahead; whole seconds may take one more off.
    clock.advance(12.4 * minute);
    assert.equal(await chosen.authorization({}), first);
    clock.advance(0.2 * minute);
    assert.notEqual(await chosen.authorization({}), first);
  });

  it("are minted once for 50 callers at once, from one listing and one read", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    const authorizations = await Promise.all(
      Array.from({ length: 50 }, async () => (await credentials.choose(team)).authorization({})),
    );
    assert.equal(new Set(authorizations).size, 1);
    assert.equal(vault.count("GET /secrets/team"), 1);
    assert.equal(vault.count("GET /secrets") - vault.count("GET /secrets/"), 1);
    assert.equal(vault.count("GET /keys"), 1);
  });

  it("of a key in the vault take one signature for 50 callers", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setKey("held", { tags: teamTags() });
    const chosen = await credentials.choose(team);
    await Promise.all(Array.from({ length: 50 }, () => chosen.authorization({})));
    assert.equal(vault.count("POST /keys/held"), 1);
  });

  it("never cross between credentials in 1,000 interleaved calls", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    // Names and bundle IDs that joined without care would be the same.
    const parties = [
      { name: "a", bundleId: "b-c.d", keyId: "KEYPARTY01", ...createP8() },
      { name: "a-b", bundleId: "c.d", keyId: "KEYPARTY02", ...createP8() },
    ];
    for (const { name, pem, keyId, bundleId } of parties) {
      vault.setSecret(name, pem, { tags: purchaseTags(bundleId, { "key-id": keyId }) });
    }
    await Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => {
        const party = parties[index % 2];
        assert.ok(party);
        const chosen = await credentials.choose({ kinds: ["in-app-purchase"], bundleId: party.bundleId });
        const authorization = await chosen.authorization({ bundleId: party.bundleId });
        // A few are refused on the way, so that drops and mints interleave, too.
        if (index % 97 === 0) chosen.refused({ bundleId: party.bundleId }, clock.now());
        const { payload, header } = await verified(authorization, party.publicKey, clock.now());
        assert.equal(header.kid, party.keyId);
        assert.equal(payload.bid, party.bundleId);
      }),
    );
  });
});

describe("After a 401", () => {
  it("the secret is read again, so that a rotated key takes over", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const [old, renewed] = [createP8(), createP8()];
    vault.setSecret("team", old.pem, { tags: teamTags("OLDKEY0001") });
    const chosen = await credentials.choose(team);
    await verified(await chosen.authorization({}), old.publicKey, clock.now());
    vault.setSecret("team", renewed.pem, { tags: teamTags("NEWKEY0001") });
    await verified(await chosen.authorization({}), old.publicKey, clock.now());

    chosen.refused({}, clock.now());
    const { header } = await verified(await chosen.authorization({}), renewed.publicKey, clock.now());
    assert.equal(header.kid, "NEWKEY0001");
  });

  it("without one a rotated key takes over when the secret is 5 minutes old", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const [old, renewed] = [createP8(), createP8()];
    vault.setSecret("team", old.pem, { tags: teamTags("OLDKEY0001") });
    const chosen = await credentials.choose(team);
    await verified(await chosen.authorization({}), old.publicKey, clock.now());
    vault.setSecret("team", renewed.pem, { tags: teamTags("NEWKEY0001") });
    clock.advance(5 * minute);
    await verified(await chosen.authorization({}), renewed.publicKey, clock.now());
  });

  it("100 late reports of one token cause one read and one mint", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    const calls = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const chosen = await credentials.choose(team);
        return { chosen, before: await chosen.authorization({}) };
      }),
    );
    clock.advance(1_000);
    const after = new Set<string>();
    for (const { chosen } of calls) {
      chosen.refused({}, clock.now());
      after.add(await chosen.authorization({}));
    }
    assert.equal(after.size, 1);
    assert.ok(!after.has(calls[0]?.before ?? ""));
    assert.equal(vault.count("GET /secrets/team"), 2);
  });

  it("the rotated Adjust token is read and sent", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("adjust", "adjust-token-0001\n", { tags: { kind: "adjust" } });
    const chosen = await credentials.choose({ kinds: ["adjust"] });
    assert.equal(await chosen.authorization({}), "Bearer adjust-token-0001");
    vault.setSecret("adjust", "adjust-token-0002", { tags: { kind: "adjust" } });
    chosen.refused({}, undefined);
    assert.equal(await chosen.authorization({}), "Bearer adjust-token-0002");
  });

  it("a name that has become another kind is not used", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    const chosen = await credentials.choose(team);
    await chosen.authorization({});
    vault.setSecret("team", "adjust-token-0001", { tags: { kind: "adjust" } });
    chosen.refused({}, undefined);
    assert.equal((await failure(chosen.authorization({}))).code, "credential_unavailable");
  });
});

describe("A clock that is off", () => {
  for (const offset of [-14, -1, 1, 14]) {
    it(`by ${offset} min is corrected from the upstream's Date`, async (t) => {
      const { vault, clock, credentials } = await openRoom(t);
      const p8 = createP8();
      vault.setSecret("team", p8.pem, { tags: teamTags() });
      const chosen = await credentials.choose(team);
      await chosen.authorization({});
      const upstream = clock.now() + offset * minute;
      chosen.refused({}, upstream);
      const { payload } = await verified(await chosen.authorization({}), p8.publicKey, upstream);
      assert.equal(payload.iat, Math.floor(upstream / 1000) - 30);
    });
  }

  it("is never moved further than 15 minutes, whatever is sent and however often", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    const chosen = await credentials.choose(team);
    const iat = async () => decodeJwt((await chosen.authorization({})).slice("Bearer ".length)).iat ?? 0;
    const honest = Math.floor(clock.now() / 1000) - 30;
    assert.equal(await iat(), honest);
    for (const date of [16 * minute, -16 * minute, 1e12, -1e12, Number.NaN, Infinity, -Infinity]) {
      chosen.refused({}, clock.now() + date);
      assert.equal(await iat(), honest, `a Date off by ${date} ms is not believed`);
    }
    // Step by step: each is measured from the machine's own clock, so they do not add up.
    for (let step = 0; step < 10; step++) {
      chosen.refused({}, clock.now() + 14 * minute);
      assert.equal(await iat(), honest + 14 * 60);
    }
    // And back, once the machine's clock agrees with the upstream again.
    chosen.refused({}, clock.now() + 2_000);
    assert.equal(await iat(), honest);
  });

  it("is corrected once for a token, whoever else reports it, and for no other credential", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    for (const name of ["one", "two"]) vault.setSecret(name, createP8().pem, { tags: teamTags() });
    const [one, late, two] = await Promise.all(
      ["one", "one", "two"].map((name) => credentials.choose({ ...team, name })),
    );
    assert.ok(one && late && two);
    await Promise.all([one.authorization({}), late.authorization({}), two.authorization({})]);
    one.refused({}, clock.now() + 10 * minute);
    late.refused({}, clock.now() - 10 * minute);
    const iat = async (chosen: typeof one) => decodeJwt((await chosen.authorization({})).slice(7)).iat;
    assert.equal(await iat(one), Math.floor((clock.now() + 10 * minute) / 1000) - 30);
    assert.equal(await iat(two), Math.floor(clock.now() / 1000) - 30);
  });
});

describe("A vault that is briefly down", () => {
  for (const answer of [429, 500, 503, "reset"] as const) {
    it(`with ${answer} is bridged for 15 minutes and no longer`, async (t) => {
      const { vault, clock, credentials } = await openRoom(t);
      const p8 = createP8();
      vault.setSecret("team", p8.pem, { tags: teamTags() });
      await (await credentials.choose(team)).authorization({});
      vault.fault({ on: "GET /", answer });
      for (const step of [6, 4, 4.9]) {
        clock.advance(step * minute);
        const chosen = await credentials.choose(team);
        await verified(await chosen.authorization({}), p8.publicKey, clock.now());
      }
      clock.advance(0.2 * minute);
      assert.equal((await failure(credentials.choose(team))).code, "key_vault_unavailable");
      vault.clearFaults();
      await credentials.choose(team);
    });
  }

  it("is not asked by every call meanwhile", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    const chosen = await credentials.choose(team);
    vault.fault({ on: "GET /", answer: 500 });
    clock.advance(6 * minute);
    await chosen.authorization({});
    const before = vault.calls.length;
    for (let i = 0; i < 50; i++) await chosen.authorization({});
    assert.equal(vault.calls.length, before);
    clock.advance(16_000);
    vault.clearFaults();
    await chosen.authorization({});
    assert.equal(vault.calls.length, before + 1);
  });

  it("a guess at a name does not spoil the bridge", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    await credentials.choose(team);
    vault.fault({ on: "GET /", answer: 500 });
    clock.advance(minute);
    assert.equal(
      (await failure(credentials.choose({ ...team, name: "guess" }))).code,
      "credential_unavailable",
    );
    clock.advance(5 * minute);
    await credentials.choose(team);
  });

  for (const [answer, code] of [
    [403, "SecretDisabled"],
    [403, "ForbiddenByRbac"],
    [404, "SecretNotFound"],
  ] as const) {
    it(`nothing bridges ${code}`, async (t) => {
      const { vault, clock, credentials } = await openRoom(t);
      vault.setSecret("team", createP8().pem, { tags: teamTags() });
      const chosen = await credentials.choose(team);
      await chosen.authorization({});
      vault.fault({ on: "GET /secrets/team", answer, code });
      clock.advance(5 * minute);
      assert.equal((await failure(chosen.authorization({}))).code, "credential_unavailable");
      vault.clearFaults();
      vault.fault({ on: "GET /", answer: 500 });
      assert.equal(
        (await failure(chosen.authorization({}))).code,
        "key_vault_unavailable",
        "it is forgotten",
      );
    });
  }

  it("nothing bridges a secret that expires while the vault is down", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags(), expiresOn: clock.now() + 3 * minute });
    const chosen = await credentials.choose(team);
    await chosen.authorization({});
    vault.fault({ on: "GET /", answer: 500 });
    clock.advance(3 * minute + 1_000);
    assert.equal((await failure(chosen.authorization({}))).code, "credential_unavailable");
  });

  for (const [what, off] of Object.entries({ disabled: true, deleted: false })) {
    it(`a secret that a listing shows to be ${what} is not used on, though it was read a moment ago`, async (t) => {
      const { vault, clock, credentials } = await openRoom(t);
      vault.setSecret("team", createP8().pem, { tags: teamTags() });
      vault.setSecret("other", createP8().pem, { tags: teamTags() });
      await credentials.list();
      clock.advance(4 * minute);
      const chosen = await credentials.choose({ ...team, name: "team" });
      await chosen.authorization({});
      if (off) vault.update("team", { enabled: false });
      else vault.deleteSecret("team");
      clock.advance(2 * minute);
      await credentials.list();
      assert.equal((await failure(chosen.authorization({}))).code, "credential_unavailable");
    });
  }
});
