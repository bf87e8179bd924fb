import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type CredentialWish, createCredentials, type Vault } from "../../functions/credentials/index.ts";
import { createP8, failure, openLoopbackVault, openRoom, teamTags } from "./support.ts";

const team: CredentialWish = { kinds: ["app-store-connect-team"] };

/** Opened once, by hand. */
function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** A room whose vault waits at a gate before one of its calls. */
async function openGatedRoom(t: TestContext, gated: "listSecrets" | "readSecret" | "listVersionTags") {
  const { vault, clock } = await openRoom(t);
  const inner = openLoopbackVault(vault, clock);
  const gate = createGate();
  const reached = createGate();
  const calls: unknown[] = [];
  const wait = async (name?: unknown) => {
    calls.push(name);
    reached.open();
    await gate.opened;
  };
  const slow: Vault = {
    ...inner,
    ...(gated === "listSecrets" && {
      listSecrets: async (options) => wait().then(() => inner.listSecrets(options)),
    }),
    ...(gated === "readSecret" && {
      readSecret: async (name) => wait(name).then(() => inner.readSecret(name)),
    }),
    ...(gated === "listVersionTags" && {
      listVersionTags: async (name) => wait(name).then(() => []),
    }),
  };
  const credentials = createCredentials({ vault: slow, runtime: clock });
  return { vault, clock, credentials, calls, open: () => gate.open(), reached: reached.opened };
}

describe("A caller whose deadline passes", () => {
  for (const gated of ["listSecrets", "readSecret"] as const) {
    it(`stops waiting for ${gated}, while the call goes on for the others`, async (t) => {
      const room = await openGatedRoom(t, gated);
      room.vault.setSecret("team", createP8().pem, { tags: teamTags() });
      const deadline = new AbortController();
      const leaving = failure(room.credentials.choose(team, deadline.signal));
      const staying = room.credentials.choose(team);
      await room.reached;
      deadline.abort(new Error("over"));
      const error = await leaving;
      assert.equal(error.code, "key_vault_unavailable");
      assert.equal(error.status, 503);
      assert.deepEqual(getEventListeners(deadline.signal, "abort"), []);
      room.open();
      assert.equal((await staying).credential.name, "team");
      assert.equal(room.calls.length, 1, "one call for both");
    });
  }

  it("stops waiting for a signature, and the token is there for the next", async (t) => {
    const { vault, clock } = await openRoom(t);
    vault.setKey("team", { tags: teamTags() });
    const inner = openLoopbackVault(vault, clock);
    const gate = createGate();
    const signing = createGate();
    let signed = 0;
    const credentials = createCredentials({
      vault: {
        ...inner,
        async sign(...digest) {
          signed++;
          signing.open();
          await gate.opened;
          return inner.sign(...digest);
        },
      },
      runtime: clock,
    });
    const chosen = await credentials.choose(team);
    const deadline = new AbortController();
    const leaving = failure(chosen.authorization({}, deadline.signal));
    await signing.opened;
    deadline.abort();
    assert.equal((await leaving).code, "key_vault_unavailable");
    gate.open();
    assert.match(await chosen.authorization({}, new AbortController().signal), /^Bearer /);
    assert.equal(signed, 1);
  });

  it("asks the vault nothing more once it has passed", async (t) => {
    const room = await openGatedRoom(t, "listVersionTags");
    for (let i = 0; i < 20; i++) room.vault.setSecret(`plain-${i}`, "none of ours");
    const deadline = new AbortController();
    const problems = failure(room.credentials.problems(deadline.signal));
    await room.reached;
    deadline.abort();
    assert.equal((await problems).code, "key_vault_unavailable");
    const asked = room.calls.length;
    assert.ok(asked < 20);
    room.open();
    await setImmediate();
    assert.equal(room.calls.length, asked);
    const late = await failure(room.credentials.list(deadline.signal));
    assert.equal(late.code, "key_vault_unavailable");
  });
});
