import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { canary, sweep } from "./canary.ts";

/** Runs a file of tests as the suite would, with the setup preloaded, and gives back its TAP. */
function run(file: string, env: NodeJS.ProcessEnv = {}) {
  const { NODE_TEST_CONTEXT: _inherited, ...own } = process.env;
  return spawnSync(
    process.execPath,
    [
      ...["--import", "tsx"],
      ...["--import", pathToFileURL(path.join(import.meta.dirname, "setup.ts")).href],
      ...["--test", "--test-reporter=tap", path.join(import.meta.dirname, "cases", file)],
    ],
    { encoding: "utf8", env: { ...own, ...env } },
  );
}

describe("the canary sweep", () => {
  it("fails exactly the tests that leaked, whatever the encoding", () => {
    const { stdout, status } = run("leaks.ts");
    const results = [...stdout.matchAll(/^ *(not ok|ok) \d+ - ((passes|fails): .*)$/gm)];
    assert.equal(results.length, 14, stdout);
    for (const [, result, name, expected] of results) {
      assert.equal(result, expected === "passes" ? "ok" : "not ok", `${name}\n${stdout}`);
    }
    assert.equal(status, 1);
    assert.match(stdout, /Secrets leaked: "key" \(raw\) in stdout/);
  });

  it("names the canary but does not repeat it", () => {
    const secret = canary("sweep");
    assert.throws(
      () => sweep([{ label: "a body", text: `?token=${secret}` }]),
      (error: Error) => /"sweep" \(raw\) in a body/.test(error.message) && !error.message.includes(secret),
    );
    assert.doesNotThrow(() => sweep([{ label: "a body", text: secret.slice(1) }]));
  });
});

describe("the loopback guard", () => {
  for (const attempt of [
    "address",
    "options",
    "name",
    "http",
    "https",
    "fetch",
    "lookup",
    "resolve",
    "resolver",
    "own-lookup",
  ]) {
    it(`fails a test that leaves by ${attempt}, though it swallows the error`, () => {
      const { stdout, status } = run("leaves.ts", { ATTEMPT: attempt });
      assert.match(stdout, /Tests must not|The test left this machine/, stdout);
      assert.match(stdout, new RegExp(`^not ok 1 - ${attempt}$`, "m"));
      assert.equal(status, 1);
    });
  }

  it("lets loopback through, also for a name that a test points there", () => {
    const { stdout, status } = run("leaves.ts", { ATTEMPT: "none" });
    assert.equal(status, 0, stdout);
  });
});
