import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { bundle } from "../../local/scripts/bundle.ts";

describe("bundle", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "bundle-"));
    await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
    const entry = path.join(import.meta.dirname, "../host/fixture/index.ts");
    await bundle({ entry, outdir: path.join(folder, "dist") });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("writes index.js, and a chunk for what is imported on demand", async () => {
    const files = (await readdir(path.join(folder, "dist"))).filter((name) => name.endsWith(".js"));
    assert.ok(files.includes("index.js"));
    const index = await readFile(path.join(folder, "dist/index.js"), "utf8");
    assert.ok(!index.includes("from a chunk"));
    assert.ok(files.length > 1);
  });

  it("keeps error class names", async () => {
    const files = await readdir(path.join(folder, "dist"));
    const texts = await Promise.all(
      files
        .filter((name) => name.endsWith(".js"))
        .map((name) => readFile(path.join(folder, "dist", name), "utf8")),
    );
    assert.ok(texts.some((text) => text.includes("class AzFuncSystemError")));
  });

  it("asks for @azure/functions-core through Module.prototype.require, which is how the runtime provides it", async () => {
    // A plain script in a process without tsx, as the runtime's worker is.
    const script = path.join(folder, "worker.cjs");
    await writeFile(
      script,
      `const Module = require("node:module");
       const names = [];
       const core = { log() {}, setProgrammingModel() {}, registerHook() {}, registerFunction: ({ name }) => names.push(name) };
       Module.prototype.require = new Proxy(Module.prototype.require, {
         apply: (target, self, args) => args[0] === "@azure/functions-core" ? core : Reflect.apply(target, self, args),
       });
       import("./dist/index.js").then(() => console.log(names.join()));`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
    assert.match(stdout, /^Hello,CountUp,Keyed,/, stderr);
    assert.equal(stderr, "");
  });
});
