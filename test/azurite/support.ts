import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { QueueServiceClient } from "@azure/storage-queue";
import { ended } from "../support/azurite.ts";

const pids = new Set<number>();
const folders: string[] = [];

/** Remembers a process of Azurite that must be gone when the tests are through. */
export function remember<Started extends { pid: number }>(started: Started): Started {
  pids.add(started.pid);
  return started;
}

/** Processes that were remembered and still run, and where the system tells, all others that name a data folder. */
export async function left(): Promise<number[]> {
  for (const pid of await readdir("/proc").catch(() => [])) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (folders.some((folder) => command.includes(folder))) pids.add(Number(pid));
  }
  const found = await Promise.all([...pids].map(async (pid) => ((await ended(pid)) ? [] : [pid])));
  return found.flat();
}

/** A folder for the data, which is removed with `remove`. */
export async function dataFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const parent = await mkdtemp(path.join(tmpdir(), "azurite-test-"));
  folders.push(parent);
  return {
    // Made by Azurite itself; a space, since people's folders have them.
    folder: path.join(parent, "data of azurite"),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}

/** Another process that uses Azurite. */
export async function startUser(
  mode: "shared" | "owned",
  folder: string,
): Promise<{ child: ChildProcess; pid: number; connectionString: string }> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", path.join(import.meta.dirname, "user.ts"), mode, folder],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [said] = await once(child.stdout, "data");
  return { child, ...remember(JSON.parse(String(said))) };
}

export async function killed(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/** A queue, with the tries of an SDK that does not wait for a storage that is gone. */
export function queueOf(connectionString: string, name = "remembered") {
  return QueueServiceClient.fromConnectionString(connectionString, {
    retryOptions: { maxTries: 1 },
  }).getQueueClient(name);
}

/** Texts of the messages in a queue. */
export async function textsIn(connectionString: string): Promise<string[]> {
  const { peekedMessageItems } = await queueOf(connectionString).peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.map(({ messageText }) => messageText);
}
