import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type TestApp, testApp } from "./app.ts";

const main = path.resolve(import.meta.dirname, "../../local/host/main.ts");

describe("the host as a process of its own", () => {
  let app: TestApp;
  before(async () => {
    app = await testApp();
  });
  after(() => app.remove());

  function run(env: NodeJS.ProcessEnv): { child: ChildProcessWithoutNullStreams; output: () => string } {
    const child = spawn(process.execPath, ["--import", "tsx", main, path.join(app.folder, "dist/index.js")], {
      env: { ...process.env, PORT: "0", LOCAL_FUNCTION_KEY: "", ...env },
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
    }
    return { child, output: () => text };
  }

  async function ready({ child, output }: ReturnType<typeof run>): Promise<string> {
    for (;;) {
      const url = /^Ready: (http:\/\/127\.0\.0\.1:\d+\/api)$/m.exec(output())?.[1];
      if (url !== undefined) {
        return url;
      }
      assert.equal(child.exitCode, null, output());
      await once(child.stdout, "data");
    }
  }

  it("prints where it is and a key, and finishes its requests on SIGTERM", async () => {
    const started = run({});
    const url = await ready(started);
    const key = /^Function key .*: (\S{43})$/m.exec(started.output())?.[1] ?? "";
    const answer = await fetch(`${url}/keyed`, { headers: { "x-functions-key": key } });
    assert.equal(answer.status, 200);
    assert.deepEqual(await (await fetch(`${url}/environment`)).json(), {
      atLoad: { environment: "Development" },
    });

    const slow = fetch(`${url}/waits?ms=200`);
    assert.equal((await fetch(`${url}/hello`)).status, 200);
    const ended = once(started.child, "exit");
    started.child.kill("SIGTERM");
    assert.deepEqual(await (await slow).json(), { finished: 1 });
    // Windows has no signals: there, the process is simply ended.
    assert.deepEqual(await ended, process.platform === "win32" ? [null, "SIGTERM"] : [0, null]);
  });

  it("does not print a key that was given to it", async () => {
    const started = run({ LOCAL_FUNCTION_KEY: "given-by-the-environment" });
    const url = await ready(started);
    const answer = await fetch(`${url}/keyed?code=given-by-the-environment`);
    assert.equal(answer.status, 200);
    const ended = once(started.child, "exit");
    started.child.kill("SIGINT");
    await ended;
    assert.ok(!started.output().includes("given-by-the-environment"));
  });

  it("ends with a sentence when it cannot start", async () => {
    const { child, output } = run({ PORT: "seven" });
    assert.deepEqual(await once(child, "close"), [1, null]);
    assert.equal(output().trim(), "PORT must be a number from 0 to 65535; 0 picks a free port.");
  });
});
