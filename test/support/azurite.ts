import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Azurite, startAzurite } from "../../local/azurite/index.ts";

export interface TestAzurite extends Azurite {
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * An Azure Storage of this test process's own, in memory. It takes a second and 170 MB, so one for a test file is
 * right, and names of queues, tables and containers keep its tests apart. It ends with the process, however that ends.
 */
export async function startTestAzurite(): Promise<TestAzurite> {
  const azurite = await startAzurite({});
  return { ...azurite, [Symbol.asyncDispose]: azurite.stop };
}

/** Whether a process runs. One that has ended and waits for somebody to take note of it does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !/^\d+ \(.*\) [ZX] /s.test(stat);
}

/** Waits for the end of a process that nobody here started. */
export async function ended(pid: number, withinMs = 5_000): Promise<boolean> {
  const until = Date.now() + withinMs;
  while (await isRunning(pid)) {
    if (Date.now() > until) return false;
    await sleep(20);
  }
  return true;
}
