import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { startHost } from "../../local/host/host.ts";
import { appZip } from "../../local/scripts/app-zip.ts";
import { type TestApp, testApp } from "../host/app.ts";
import { unzip } from "./unzip.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe("appZip", () => {
  let app: TestApp;
  let zip: Buffer;
  before(async () => {
    app = await testApp();
    await cp(path.join(root, "package.json"), path.join(app.folder, "package.json"));
    await writeFile(path.join(app.folder, "local.settings.json"), "{}");
    zip = await appZip(app.folder);
  });
  after(() => app.remove());

  it("holds what Azure runs and nothing else, sorted", () => {
    const names = unzip(zip).map((entry) => entry.name);
    assert.deepEqual(names, [...names].sort());
    assert.ok(names.includes("dist/index.js"));
    assert.deepEqual(
      names.filter((name) => !/^dist\/[\w.-]+\.(js|txt)$/.test(name)),
      ["host.json", "package.json"],
    );
  });

  it("trims package.json to what the runtime reads", async () => {
    const json =
      unzip(zip)
        .find((entry) => entry.name === "package.json")
        ?.data.toString() ?? "";
    const full = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
    assert.deepEqual(JSON.parse(json), {
      name: full.name,
      version: full.version,
      private: true,
      license: full.license,
      type: "module",
      main: "dist/index.js",
      engines: full.engines,
    });
  });

  it("is the same, byte for byte, for the same files", async () => {
    await utimes(path.join(app.folder, "host.json"), new Date(), new Date());
    assert.ok(zip.equals(await appZip(app.folder)));
    assert.deepEqual([...new Set(unzip(zip).map((entry) => entry.dosTime))], [0x00210000]);
    const script = `const { appZip } = await import(${JSON.stringify(pathToFileURL(path.join(root, "local/scripts/app-zip.ts")).href)});
      process.stdout.write(await appZip(${JSON.stringify(app.folder)}));`;
    for (const TZ of ["Asia/Tokyo", "America/Los_Angeles"]) {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ["--import", "tsx", "--input-type=module", "--eval", script],
        { env: { ...process.env, TZ }, cwd: root, maxBuffer: zip.length + 1 },
      );
      assert.ok(zip.equals(stdout), `${TZ}: ${stderr}`);
    }
  });

  it("runs where no node_modules can be reached", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "unzipped-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    for (const { name, data } of unzip(zip)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), data);
    }
    const bundle = path.join(folder, "dist/index.js");
    assert.throws(() => createRequire(bundle).resolve("@azure/functions"), { code: "MODULE_NOT_FOUND" });
    const host = await startHost({
      bundle,
      env: {},
      port: 0,
      functionKey: "key",
      log: () => undefined,
      inPlace: true,
    });
    t.after(() => host.close());
    assert.equal(await (await fetch(`${host.url}/hello`)).text(), "hello");
    assert.equal((await fetch(`${host.url}/lazy`)).status, 200);
  });

  it("asks for a build when there is none", async () => {
    await assert.rejects(
      appZip(path.join(root, "test")),
      /dist.index\.js is missing\. Build first: npm run build\./,
    );
  });
});
