import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { createCredentials } from "../../functions/credentials/index.ts";
import { watch } from "../support/canary.ts";
import { type LoopbackIdentity, startIdentityEndpoint } from "../support/identity-endpoint.ts";
import { type LoopbackKeyVault, startKeyVault } from "../support/key-vault.ts";
import {
  createP8,
  failure,
  holdClock,
  observeThing,
  openLoopbackVault,
  openRoom,
  purchaseTags,
  teamTags,
  verified,
} from "./support.ts";

const team = { kinds: ["app-store-connect-team"] } as const;

describe("Key Vault by managed identity", () => {
  let vault: LoopbackKeyVault;
  let identity: LoopbackIdentity;
  // One endpoint for all tests: the identity client looks where it is only once in a process.
  before(async () => {
    identity = await startIdentityEndpoint((token) => vault.acceptedTokens.add(watch("identity", token)));
  });
  after(() => identity.close());
  beforeEach(async () => {
    vault = await startKeyVault();
    Object.assign(identity, { answer: undefined, calls: 0, tokens: [] });
  });
  afterEach(() => vault.close());
  // An identity of its own for each test: its client remembers tokens for the whole process.
  const open = (clock = holdClock()) =>
    createCredentials({ vault: openLoopbackVault(vault, clock, randomUUID()), runtime: clock });

  it("answers the challenge with the identity's token, reads every page and signs", async () => {
    const p8 = createP8();
    vault.setSecret("team", p8.pem, { tags: teamTags() });
    for (let i = 0; i < 7; i++) vault.setSecret(`other-${i}`, "not ours");
    const clock = holdClock();
    const credentials = open(clock);

    const chosen = await credentials.choose(team);
    const { payload, header } = await verified(await chosen.authorization({}), p8.publicKey, clock.now());
    assert.equal(header.kid, "TEAMKEY001");
    assert.equal(payload.aud, "appstoreconnect-v1");
    assert.ok(vault.challenges > 0, "the first call was challenged");
    assert.equal(vault.count("GET /secrets") - vault.count("GET /secrets/"), 3, "8 secrets on pages of 3");
    observeThing("the chosen credential", chosen);
  });

  for (const answer of [400, 500] as const) {
    it(`answers key_vault_unavailable when the identity endpoint says ${answer}`, async () => {
      identity.answer = answer;
      const error = await failure(open().choose(team));
      assert.equal(error.code, "key_vault_unavailable");
      assert.equal(error.source, "key-vault");
      assert.ok(identity.calls > 0);
      assert.equal(identity.tokens.length, 0);
      assert.equal(error.status, 503);
    });
  }

  it("gives up on an identity endpoint that stalls, though its client takes no signal", async () => {
    identity.answer = "stall";
    const clock = holdClock();
    const work = failure(open(clock).choose(team));
    while (identity.calls === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(10_000);
    assert.equal((await work).code, "key_vault_unavailable");
  });
});

describe("A vault that fails", () => {
  for (const answer of [408, 429, 500, 503, "reset"] as const) {
    it(`tries again after ${answer}, twice`, async (t) => {
      const { vault, clock, credentials } = await openRoom(t);
      const p8 = createP8();
      vault.setSecret("team", p8.pem, { tags: teamTags() });
      // The SDK repeats a 429 only where Retry-After says when.
      vault.fault({ on: "GET /secrets/team", answer, headers: { "retry-after": "0" }, times: 2 });
      const chosen = await credentials.choose(team);
      await verified(await chosen.authorization({}), p8.publicKey, clock.now());
      assert.equal(vault.count("GET /secrets/team"), 3);
    });
  }

  for (const answer of [401, 429, 500, 502, 503, "reset", "garbage"] as const) {
    it(`answers key_vault_unavailable when ${answer} stays`, async (t) => {
      const { vault, credentials } = await openRoom(t);
      vault.setSecret("team", createP8().pem, { tags: teamTags() });
      vault.fault({ on: "GET /secrets", answer });
      const error = await failure(credentials.choose(team));
      assert.equal(error.code, "key_vault_unavailable");
      assert.equal(error.status, 503);
      assert.ok(error.cause instanceof Error);
      assert.deepEqual(Object.keys(error.cause), [], "the cause is a plain error without the SDK's facts");
    });
  }

  it("does not wait for a long Retry-After or a vault that stalls", async (t) => {
    for (const fault of [{ answer: 429, headers: { "retry-after": "60" } }, { answer: "stall" }] as const) {
      const { vault, clock, credentials } = await openRoom(t);
      vault.fault({ on: "GET /secrets", ...fault });
      const work = failure(credentials.choose(team));
      while (vault.count("GET /secrets") === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      clock.advance(10_000);
      assert.equal((await work).code, "key_vault_unavailable");
      assert.equal(clock.sleeping, 0, "no timer is left behind");
    }
  });

  it("answers key_vault_unavailable, not retried, when secrets may not be listed", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.fault({ on: "GET /secrets", answer: 403, code: "ForbiddenByRbac" });
    const error = await failure(credentials.list());
    assert.equal(error.code, "key_vault_unavailable");
    assert.match(error.hint ?? "", /Key Vault Secrets User/);
    assert.equal(vault.count("GET /secrets"), 1);
    assert.match(String(error.cause), /list secrets: RestError 403/);
  });

  it("tells Key Vault's own reason in the cause, for the logs", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    vault.fault({ on: "GET /secrets/team", answer: 403, code: "ForbiddenByFirewall" });
    const error = await failure(credentials.choose(team));
    assert.equal(error.code, "credential_unavailable");
    assert.match(String(error.cause), /ForbiddenByFirewall/);
  });

  for (const [what, value] of Object.entries({
    "garbage PEM": ["BEGIN PRIVATE KEY", "bm8ga2V5IGF0IGFsbCwganVzdCBhIGNhbmFyeQ==", "END PRIVATE KEY"]
      .map((line) => (line.endsWith("KEY") ? `-----${line}-----` : line))
      .join("\n"),
    "no PEM at all": "a-value-that-is-a-canary-but-no-key",
    "a P-384 key": "p384",
  })) {
    it(`fails closed on ${what}`, async (t) => {
      const { vault, credentials } = await openRoom(t);
      const pem =
        value === "p384"
          ? generateKeyPairSync("ec", { namedCurve: "P-384" })
              .privateKey.export({ type: "pkcs8", format: "pem" })
              .toString()
          : value;
      watch("a value that is no key", pem);
      vault.setSecret("team", pem, { tags: teamTags() });
      const error = await failure(credentials.choose(team));
      assert.equal(error.code, "credential_unavailable");
      assert.match(error.message, /P-256/);
    });
  }
});

describe("Keys that stay in the vault", () => {
  it("sign there, and the token verifies with the key's public half", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const publicKey = vault.setKey("held", { tags: purchaseTags("com.example.a,com.example.b") });
    const chosen = await credentials.choose({ kinds: ["in-app-purchase"], bundleId: "com.example.b" });
    assert.equal(chosen.credential.held, "key");
    const { payload } = await verified(
      await chosen.authorization({ bundleId: "com.example.b" }),
      publicKey,
      clock.now(),
    );
    assert.equal(payload.bid, "com.example.b");
    await chosen.authorization({ bundleId: "com.example.b" });
    const signs = vault.calls.filter((call) => call.startsWith("POST /keys/held/"));
    assert.equal(signs.length, 1, "the token is used again");
    assert.equal(vault.count("GET /keys/held"), 1, "the key is read once");
  });

  it("no right to list keys means that there are none", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("team", createP8().pem, { tags: teamTags() });
    vault.setKey("held", { tags: purchaseTags() });
    vault.fault({ on: "GET /keys", answer: 403, code: "ForbiddenByRbac" });
    assert.deepEqual(
      (await credentials.list()).map(({ name }) => name),
      ["team"],
    );
  });

  it("a name that is both a secret and a key is refused and reported", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setSecret("Twice", createP8().pem, { tags: teamTags() });
    vault.setKey("twice", { tags: teamTags() });
    for (const name of ["twice", "Twice"]) {
      const error = await failure(credentials.choose({ ...team, name }));
      assert.equal(error.code, "credential_unavailable");
    }
    const [problem] = await credentials.problems();
    assert.match(problem?.message ?? "", /both a secret and a key/);
  });

  for (const [what, spoil] of Object.entries({
    "that is disabled": (vault: LoopbackKeyVault) => vault.update("held", { enabled: false }),
    "that may not sign": (vault: LoopbackKeyVault) => vault.fault({ on: "POST /keys/held", answer: 403 }),
    "that is gone": (vault: LoopbackKeyVault) => vault.fault({ on: "POST /keys/held", answer: 404 }),
  })) {
    it(`a key ${what} answers credential_unavailable`, async (t) => {
      const { vault, credentials } = await openRoom(t);
      vault.setKey("held", { tags: teamTags() });
      const chosen = await credentials.choose(team);
      spoil(vault);
      assert.equal((await failure(chosen.authorization({}))).code, "credential_unavailable");
      vault.clearFaults();
      vault.update("held", { enabled: true });
      assert.match(await chosen.authorization({}), /^Bearer ey/, "it is read again at once");
    });
  }

  it("a key on another curve, or of a kind that signs nothing, is no credential", async (t) => {
    const { vault, credentials } = await openRoom(t);
    vault.setKey("curve", { tags: teamTags() }, "P-384");
    vault.setKey("adjust", { tags: { kind: "adjust" } });
    assert.equal((await failure(credentials.choose(team))).code, "credential_unavailable");
    assert.equal((await failure(credentials.choose({ kinds: ["adjust"] }))).code, "credential_required");
  });
});
