import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createCredentials, openVault, type VaultError } from "../../functions/credentials/index.ts";
import { createP8, failure, holdClock, teamTags, verified } from "./support.ts";

const team = { kinds: ["app-store-connect-team"] } as const;

async function openFolder(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), "vault-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const path = join(root, "vault");
  await mkdir(path);
  const clock = holdClock();
  const vault = openVault({ kind: "folder", path }, { runtime: clock });
  const put = (name: string, content: unknown) =>
    writeFile(join(path, `${name}.json`), typeof content === "string" ? content : JSON.stringify(content));
  return { root, path, clock, vault, put, credentials: createCredentials({ vault, runtime: clock }) };
}

describe("A folder in place of the vault", () => {
  it("holds a secret a file, and signs with it", async (t) => {
    const { put, clock, credentials } = await openFolder(t);
    const { pem, publicKey } = createP8();
    await put("team", { value: pem, tags: teamTags(), enabled: true, expiresOn: null });
    const chosen = await credentials.choose(team);
    await verified(await chosen.authorization({}), publicKey, clock.now());
    assert.equal(await chosen.authorization({}), await chosen.authorization({}));
  });

  it("sees every change at the next call", async (t) => {
    const { path, put, clock, credentials } = await openFolder(t);
    const [first, second] = [createP8(), createP8()];
    await put("team", { value: first.pem, tags: teamTags() });
    const key = async () => (await (await credentials.choose(team)).authorization({})) as string;
    await verified(await key(), first.publicKey, clock.now());

    await put("team", { value: second.pem, tags: teamTags() });
    await verified(await key(), second.publicKey, clock.now());

    await put("team", { value: second.pem, tags: teamTags(), enabled: false });
    assert.match((await failure(key())).code, /^credential_/);

    await put("draft", { value: first.pem, tags: teamTags() });
    await rename(join(path, "draft.json"), join(path, "team.json"));
    await verified(await key(), first.publicKey, clock.now());

    await put("team", { value: first.pem, tags: teamTags(), expiresOn: new Date(clock.now()).toISOString() });
    assert.match((await failure(key())).code, /^credential_/);

    await put("team", {
      value: first.pem,
      tags: teamTags(),
      expiresOn: new Date(clock.now() + 1).toISOString(),
    });
    await key();

    await unlink(join(path, "team.json"));
    assert.equal((await failure(key())).code, "credential_required");
  });

  it("reads no name that leads elsewhere, and follows no link out of the folder", async (t) => {
    const { root, path, put, vault } = await openFolder(t);
    await writeFile(
      join(root, "outside.json"),
      JSON.stringify({ value: "outside-0001", tags: { kind: "adjust" } }),
    );
    await put("inside", { value: "inside-0001", tags: { kind: "adjust" } });
    await symlink(join(root, "outside.json"), join(path, "linked.json"));
    await symlink(join(path, "inside.json"), join(path, "alias.json"));
    await symlink(join(path, "nowhere.json"), join(path, "dangling.json"));
    await mkdir(join(path, "directory.json"));
    await put("two.dots", { value: "x", tags: {} });
    const names = (await vault.listSecrets()).map(({ name }) => name).sort();
    assert.deepEqual(names, ["alias", "inside"]);
    for (const name of [
      "../outside",
      "..",
      "linked",
      "dangling",
      "directory",
      "a/b",
      "",
      "inside\u0000",
      "inside.json",
    ]) {
      const error = (await failure(vault.readSecret(name))) as VaultError;
      assert.equal(error.fault, "gone", name);
    }
  });

  it("reports files that cannot be read, without a word of what is in them", async (t) => {
    const { put, credentials } = await openFolder(t);
    const { pem } = createP8();
    await put("in-order", { value: pem, tags: teamTags() });
    await put("not-json", `{ "value": ${pem}`);
    await put("list", "[]");
    await put("no-value", { tags: teamTags() });
    await put("bad-tags", { value: pem, tags: { kind: 1 } });
    await put("bad-date", { value: pem, tags: teamTags(), expiresOn: "soon" });
    await put("bad-enabled", { value: pem, tags: teamTags(), enabled: "yes" });
    await put("large", { value: "x".repeat(70_000), tags: teamTags() });
    const problems = await credentials.problems();
    assert.deepEqual(
      problems.map(({ name }) => name),
      ["bad-date", "bad-enabled", "bad-tags", "large", "list", "no-value", "not-json"],
    );
    assert.ok(!JSON.stringify(problems).includes("PRIVATE"));
    assert.equal((await credentials.choose(team)).credential.name, "in-order");
  });

  it("answers key_vault_unavailable when the folder is not there", async (t) => {
    const { root } = await openFolder(t);
    const vault = openVault({ kind: "folder", path: join(root, "missing") });
    const error = await failure(vault.listSecrets());
    assert.equal(error.code, "key_vault_unavailable");
    assert.match(error.hint ?? "", /LOCAL_VAULT/);
  });
});
