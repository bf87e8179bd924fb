import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { before, describe, it, type TestContext } from "node:test";
import { credentialKinds } from "../../functions/credentials/index.ts";
import {
  addCredential,
  checkCredentials,
  listCredentials,
  rotateCredential,
} from "../../local/credential/commands.ts";
import { runCredentialCommand } from "../../local/credential/run.ts";
import { openStore } from "../../local/credential/store.ts";
import { canary, observe } from "../support/canary.ts";
import { startKeyVault } from "../support/key-vault.ts";
import { createP8, issuerId } from "./support.ts";

async function openCommand(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), "credential-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, "vault");
  const run = async (args: string, piped?: string) => {
    const out: string[] = [];
    const code = await runCredentialCommand(args.split(" "), {
      env: { LOCAL_VAULT: folder },
      stdin: piped === undefined ? undefined : Readable.from([piped]),
      write: (line) => void out.push(line),
      writeError: (line) => void out.push(line),
    });
    const text = out.join("\n");
    observe("what the command printed", text);
    return { code, text };
  };
  const keyFile = async (name: string, pem = createP8().pem) => {
    await writeFile(join(root, name), pem);
    return join(root, name);
  };
  const file = async (name: string) => JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
  return { root, folder, run, keyFile, file };
}

const team = `--kind app-store-connect-team --issuer-id ${issuerId}`;

describe("npm run credential, with a folder", () => {
  it("adds from a .p8 file whose name tells the key ID, lists and checks", async (t) => {
    const { folder, run, keyFile, file } = await openCommand(t);
    const { code, text } = await run(
      `add --name team ${team} --key-file ${await keyFile("AuthKey_2X9R4HXF34.p8")} --default`,
    );
    assert.equal(code, 0, text);
    const { tags, enabled, expiresOn } = await file("team");
    assert.deepEqual(tags, {
      kind: "app-store-connect-team",
      "key-id": "2X9R4HXF34",
      "issuer-id": issuerId,
      default: "true",
    });
    assert.deepEqual([enabled, expiresOn], [true, null]);
    assert.equal((await stat(join(folder, "team.json"))).mode & 0o777, 0o600);
    assert.match((await run("list")).text, /^team \(app-store-connect-team; key 2X9R4HXF34; default\)$/);
    assert.equal((await run("check")).code, 0);
  });

  it("overwrites nothing on add", async (t) => {
    const { run, file } = await openCommand(t);
    await run("add --name adjust --kind adjust", canary("adjust"));
    const before = await file("adjust");
    for (const name of ["adjust", "ADJUST"]) {
      const { code, text } = await run(`add --name ${name} --kind adjust`, canary("second"));
      assert.equal(code, 2);
      assert.match(text, /there already/);
    }
    assert.deepEqual(await file("adjust"), before);
  });

  it("carries tags over on rotate; options replace them", async (t) => {
    const { run, keyFile, file } = await openCommand(t);
    const first = await keyFile("SubscriptionKey_OLDKEY0001.p8");
    const ids = "--bundle-ids com.example.a,com.example.b --app-apple-ids 100000001,100000002";
    const shop = `--kind in-app-purchase --issuer-id ${issuerId} ${ids}`;
    assert.equal((await run(`add --name shop ${shop} --key-file ${first} --default`)).code, 0);
    const old = await file("shop");
    const second = await keyFile("SubscriptionKey_NEWKEY0001.p8");
    const { code, text } = await run(`rotate --name shop --key-file ${second} --no-default`);
    assert.equal(code, 0, text);
    const { value, tags } = await file("shop");
    assert.notEqual(value, old.value);
    const { default: _, ...kept } = old.tags;
    assert.deepEqual(tags, { ...kept, "key-id": "NEWKEY0001" });
    const unnamed = await run(`rotate --name shop --key-file ${await keyFile("key.p8")}`);
    assert.match(unnamed.text, /--key-id/);
    assert.equal(unnamed.code, 2);
    assert.match((await run("rotate --name nobody --key-file x")).text, /There is no nobody/);
  });

  it("spreads long lists over several tags and takes them back together", async (t) => {
    const { run, keyFile, file } = await openCommand(t);
    const ids = Array.from({ length: 40 }, (_, i) => `com.example.application${i}`);
    const options = `--kind in-app-purchase --issuer-id ${issuerId} --bundle-ids ${ids.join(",")}`;
    await run(`add --name shop ${options} --key-file ${await keyFile("AuthKey_2X9R4HXF34.p8")}`);
    const { tags } = await file("shop");
    const parts = Object.keys(tags).filter((tag) => tag.startsWith("bundle-ids"));
    assert.equal(parts.length, 5);
    assert.ok(Object.values<string>(tags).every((text) => text.length <= 256));
    assert.match((await run("check")).text, /^ok .*com\.example\.application39/);
    await run(
      `rotate --name shop --bundle-ids com.example.one --key-file ${await keyFile("AuthKey_NEWKEY0001.p8")}`,
    );
    const after = (await file("shop")).tags;
    assert.deepEqual(
      Object.keys(after).filter((tag) => tag.startsWith("bundle-ids")),
      ["bundle-ids"],
    );
    const many = Array.from({ length: 400 }, (_, i) => `com.example.application${i}`).join(",");
    const tooMany = await run(
      `add --name many --kind in-app-purchase --issuer-id ${issuerId} --bundle-ids ${many} --key-file ${await keyFile("AuthKey_2X9R4HXF34.p8")}`,
    );
    assert.match(tooMany.text, /Key Vault takes 15/);
  });

  for (const [what, make, message] of [
    ["a P-384 key", () => pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" })), /P-256/],
    ["an RSA key", () => pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 })), /P-256/],
    ["a SEC1 file", () => pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }), "sec1"), /PKCS#8/],
    ["garbage", () => "no key at all, but a secret", /PKCS#8/],
  ] as const) {
    it(`refuses ${what} before anything is written`, async (t) => {
      const { run, keyFile } = await openCommand(t);
      const { code, text } = await run(
        `add --name team ${team} --key-file ${await keyFile("AuthKey_2X9R4HXF34.p8", make())}`,
      );
      assert.equal(code, 2);
      assert.match(text, message);
      assert.match((await run("list")).text, /holds no credentials/);
    });
  }

  for (const [args, message] of [
    [`add --name team --kind app-store-connect-team --key-file KEY`, /issuer-id is missing/],
    [
      `add --name me --kind app-store-connect-individual --issuer-id ${issuerId} --key-file KEY`,
      /have no issuer ID: leave --issuer-id out/,
    ],
    [`add --name team ${team} --key-id no --key-file KEY`, /key-id is not a key ID/],
    [`add --name ../team ${team} --key-file KEY`, /letters, digits and hyphens/],
    [`add --name team --key-file KEY`, /--kind/],
    [`add --kind adjust`, /--name/],
    [`add --name adjust --kind adjust --key-file KEY`, /--value-file/],
    [`add --name adjust --kind adjust`, /--value-file, or through a pipe/],
    [`add --name adjust --kind adjust --value-file /nowhere/at/all`, /cannot be read \(ENOENT\)/],
    [`list --vault https://evil.example.com`, /looks like https:\/\/my-vault/],
    [`forget`, /Use add, rotate, list or check/],
  ] as const) {
    it(`says what to change: ${args.slice(0, 60)}`, async (t) => {
      const { run, keyFile } = await openCommand(t);
      const { code, text } = await run(args.replace("KEY", await keyFile("AuthKey_2X9R4HXF34.p8")));
      assert.equal(code, 2);
      assert.match(text, message);
    });
  }

  it("shows nothing of a token that was typed where it does not belong", async (t) => {
    const { run } = await openCommand(t);
    const token = canary("typed");
    for (const args of [
      `add ${token}`,
      `add --token=${token}`,
      `add --value-file --name ${token}`,
      `list --default=${token}`,
    ]) {
      const { code, text } = await run(args);
      assert.equal(code, 2, args);
      assert.ok(!text.includes(token));
    }
  });

  it("helps, with examples, and check finds what is broken", async (t) => {
    const { folder, run } = await openCommand(t);
    for (const command of ["add", "rotate", "list", "check"]) {
      const { code, text } = await run(`${command} --help`);
      assert.equal(code, 0);
      assert.match(text, new RegExp(`npm run credential -- ${command} [\\s\\S]*Example`));
    }
    const overview = await run("--help");
    assert.equal(overview.code, 0);
    for (const kind of credentialKinds) assert.match(overview.text, new RegExp(`^  ${kind}$`, "m"));
    await run("add --name adjust --kind adjust", canary("adjust"));
    const broken = {
      value: "no key",
      tags: { kind: "app-store-connect-team", "key-id": "2X9R4HXF34", "issuer-id": issuerId },
    };
    await writeFile(join(folder, "broken.json"), JSON.stringify(broken));
    const { code, text } = await run("check");
    assert.equal(code, 1);
    assert.match(text, /^ok +adjust/);
    assert.match(text, /^problem +broken .*P-256/m);
  });

  it("narrows a file that was open to others", async (t) => {
    const { folder, run } = await openCommand(t);
    await run("add --name adjust --kind adjust", canary("adjust"));
    await chmod(join(folder, "adjust.json"), 0o666);
    await run("rotate --name adjust", canary("rotated"));
    assert.equal((await stat(join(folder, "adjust.json"))).mode & 0o777, 0o600);
  });
});

describe("npm run credential, with Key Vault", () => {
  const accessToken = canary("access");
  async function openVaultStore(t: TestContext) {
    const vault = await startKeyVault();
    t.after(() => vault.close());
    vault.acceptedTokens.add(accessToken);
    const store = await openStore({ kind: "key-vault", url: vault.url }, true, {
      credential: {
        getToken: async () => ({ token: accessToken, expiresOnTimestamp: Date.now() + 3_600_000 }),
      },
      clientOptions: {
        disableChallengeResourceVerification: true,
        tlsOptions: { ca: vault.certificate },
        retryOptions: { maxRetries: 1, retryDelayInMs: 1 },
      },
    });
    return { vault, store };
  }
  let token = "";
  before(() => {
    token = canary("adjust");
  });

  it("adds, rotates with the tags of before, lists and checks", async (t) => {
    const { vault, store } = await openVaultStore(t);
    const facts = { kind: "adjust", isDefault: true };
    await addCredential(store, { name: "adjust", facts, readValue: async () => `${token}\n` });
    assert.deepEqual(vault.secret("adjust"), { value: token, tags: { kind: "adjust", default: "true" } });

    // Somebody set a value in the portal, and with it the tags were lost.
    vault.setSecret("adjust", "from-the-portal");
    assert.match((await checkCredentials(store)).lines.join("\n"), /lost the tag kind/);
    await rotateCredential(store, { name: "adjust", facts: {}, readValue: async () => token });
    assert.deepEqual(vault.secret("adjust"), { value: token, tags: { kind: "adjust", default: "true" } });
    assert.deepEqual(await listCredentials(store), ["adjust (adjust; default)"]);
    vault.setKey("held", {
      tags: { kind: "in-app-purchase", "key-id": "IAPKEY0001", "issuer-id": issuerId, "bundle-ids": "a.b" },
    });
    const { ok, lines } = await checkCredentials(store);
    assert.equal(ok, true, lines.join("\n"));
    assert.match(lines.join("\n"), /ok +held .*stays in the vault/);
    assert.equal(vault.count("POST /keys/held"), 1, "check signs in the vault");
  });

  it("refuses the name of a key, and tells how to get a deleted name back", async (t) => {
    const { vault, store } = await openVaultStore(t);
    vault.setKey("held");
    const input = { facts: { kind: "adjust" }, readValue: async () => token };
    await assert.rejects(addCredential(store, { name: "held", ...input }), /name of a key/);
    await assert.rejects(rotateCredential(store, { name: "held", ...input }), /rotate it there/);
    vault.setSecret("adjust", token, { tags: { kind: "adjust" } });
    vault.deleteSecret("adjust");
    await assert.rejects(
      addCredential(store, { name: "adjust", ...input }),
      /secret recover[\s\S]*secret purge/,
    );
  });
});

function pemOf(pair: ReturnType<typeof generateKeyPairSync>, type: "pkcs8" | "sec1" = "pkcs8"): string {
  return pair.privateKey.export({ type, format: "pem" }).toString();
}
