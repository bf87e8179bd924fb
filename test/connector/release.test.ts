import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import type { Operation } from "../../functions/operation.ts";
import { readArguments } from "../../local/connector/arguments.ts";
import { runCommand } from "../../local/connector/command.ts";
import { releasedName } from "../../local/connector/released.ts";
import { root } from "./support.ts";

const scratch = await mkdtemp(path.join(tmpdir(), "release-"));
after(() => rm(scratch, { recursive: true, force: true }));

/** A project of its own, with the command for it. */
async function project(name: string) {
  const folder = path.join(scratch, name);
  await cp(path.join(root, "connector/README.md"), path.join(folder, "connector/README.md"));
  return {
    folder,
    async command(operations: readonly Operation[], ...args: string[]) {
      let said = "";
      let complaint = "";
      const code = await runCommand(readArguments(args), {
        root: folder,
        catalogue: operations,
        say: (text) => (said += text),
        complain: (text) => (complaint += text),
      });
      return { code, said, complaint };
    },
  };
}

/** The catalogue without FindAdjustApp. */
const fewer = catalogue.filter(({ id }) => id !== "FindAdjustApp");

test("before the first release anything may change", async () => {
  const { command } = await project("first");
  assert.equal((await command(catalogue)).code, 0);
  assert.equal((await command(fewer)).code, 0);
  assert.equal((await command(fewer, "--check")).code, 0);
});

test("what was released is remembered, and taking it away is refused by every command", async () => {
  const { folder, command } = await project("later");
  assert.equal((await command(catalogue)).code, 0);
  const release = await command(catalogue, "--release");
  assert.equal(release.code, 0);
  assert.match(release.said, /is remembered as released/);
  const released = await readFile(path.join(folder, releasedName));
  assert.ok(released.equals(await readFile(path.join(folder, "connector/apiDefinition.swagger.json"))));
  assert.equal((await command(catalogue, "--check")).code, 0);

  for (const args of [[], ["--check"], ["--release"]]) {
    const { code, complaint } = await command(fewer, ...args);
    assert.equal(code, 1, args.join());
    assert.match(complaint, /FindAdjustApp: the operation is gone\./);
  }
  assert.ok(released.equals(await readFile(path.join(folder, releasedName))), "It stays as it was.");
});

test("what only adds can be released again", async () => {
  const { command } = await project("again");
  for (const operations of [fewer, catalogue]) {
    assert.equal((await command(operations)).code, 0);
    assert.equal((await command(operations, "--release")).code, 0);
  }
  assert.equal((await command(fewer)).code, 1);
});

test("files that are not current cannot be released", async () => {
  const { folder, command } = await project("stale");
  assert.equal((await command(catalogue)).code, 0);
  await writeFile(path.join(folder, "connector/apiProperties.json"), "{}\n");
  const { code, complaint } = await command(catalogue, "--release");
  assert.equal(code, 1);
  assert.match(complaint, /Not current: connector\/apiProperties\.json/);
  await assert.rejects(readFile(path.join(folder, releasedName)), /ENOENT/);
});
