/**
 * Preloaded into every test process (`node --import`): nothing leaves the machine, and no secret that a test planted
 * turns up in what the process writes or a test observes.
 */
import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { observe, sweepObserved } from "./canary.ts";
import { leftLoopback, stayOnLoopback } from "./loopback-only.ts";

stayOnLoopback();

for (const name of ["stdout", "stderr"] as const) {
  const stream = process[name];
  let written = "";
  stream.write = new Proxy(stream.write, {
    apply(target, self, args: unknown[]) {
      const [chunk] = args;
      written += chunk instanceof Uint8Array ? Buffer.from(chunk).toString("utf8") : String(chunk);
      return Reflect.apply(target, self, args);
    },
  });
  observe(name, () => {
    const text = written;
    written = "";
    return text;
  });
}

afterEach(() => {
  sweepObserved();
  assert.deepEqual(leftLoopback(), [], "The test left this machine.");
});

// Also for what happened outside of any test, and where nothing was thrown at anyone who cared.
process.on("exit", () => {
  if (leftLoopback().length > 0) {
    process.exitCode = 1;
  }
  try {
    sweepObserved();
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : error);
  }
});
