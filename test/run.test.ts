import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, it } from "node:test";

const run = (...wanted: string[]) =>
  spawnSync(process.execPath, ["--import", "tsx", path.join(import.meta.dirname, "run.ts"), ...wanted], {
    encoding: "utf8",
    cwd: path.resolve(import.meta.dirname, ".."),
  });

describe("the test command", () => {
  it("fails when there is nothing to run", () => {
    const { status, stderr } = run("no-such-file");
    assert.equal(status, 1);
    assert.match(stderr, /No test was found for no-such-file/);
  });

  it("ends with the runner's summary", () => {
    const { status, stdout } = run("host/host-json");
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^# tests [1-9]\d*\n(# .*\n)*# fail 0$/m);
  });
});
