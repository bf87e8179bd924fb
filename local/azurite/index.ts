import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openFolder, stateFile } from "./folder.ts";
import type { Report } from "./process.ts";
import { visit } from "./visit.ts";

export interface AzuriteOptions {
  /** Where the data is kept; made when missing. Without one it is in memory, and Azurite is this process's own. */
  folder?: string;
  /**
   * Whether Azurite is this process's own and ends with it, however it ends. Otherwise it is shared by all who start
   * it for this folder, outlives a crash of theirs, and ends when the last one stops it.
   */
  owned?: boolean;
}

/** Azure Storage on this machine: blobs, queues and tables, on loopback only. */
export interface Azurite {
  connectionString: string;
  pid: number;
  /** Ends it, when nobody else uses it, after it has written its data. */
  stop(): Promise<void>;
}

// It takes about a second; a machine that is busy with other things, several.
const startMs = 60_000;
const stopMs = 15_000;

/**
 * Starts Azurite as a process of its own, or finds the one that serves the folder already.
 *
 * @throws Error with a sentence that says what to do.
 */
export async function startAzurite({
  folder,
  owned = folder === undefined,
}: AzuriteOptions): Promise<Azurite> {
  const place = folder === undefined ? undefined : path.resolve(folder);
  if (owned || place === undefined) return startOwned(place);
  const state = await openFolder(place);
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    const found = await visit(state);
    if (found === "stranger") {
      throw new Error(
        `Another program listens on port ${state.controlPort}, which ${stateFile(place)} names: end that program, or delete the file.`,
      );
    }
    if (found !== "nobody") {
      const { pid, connectionString, release } = found;
      return { pid, connectionString, stop: release };
    }
    const { report } = await startProcess("shared", place);
    // Another start was quicker, or one that is ending still holds the port.
    if ("taken" in report) await sleep(50);
  }
  throw new Error(`Azurite did not start within ${startMs / 1_000} s.`);
}

async function startOwned(place: string | undefined): Promise<Azurite> {
  const { child, report } = await startProcess("owned", place);
  if ("taken" in report) throw new Error(`Azurite serves ${place} already.`);
  return {
    ...report,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const ended = once(child, "exit");
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill("SIGKILL"), stopMs);
      await ended;
      clearTimeout(late);
    },
  };
}

/** @throws Error when the process reports one, or ends. */
async function startProcess(
  mode: "owned" | "shared",
  place: string | undefined,
): Promise<{ child: ChildProcess; report: Exclude<Report, { error: string }> }> {
  const { NODE_TEST_CONTEXT: _within, NODE_OPTIONS: _options, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [
      "--import",
      import.meta.resolve("tsx"),
      path.join(import.meta.dirname, "process.ts"),
      mode,
      ...(place === undefined ? [] : [place]),
    ],
    {
      // In a group of its own: Ctrl+C is for the host, which ends Azurite when it no longer needs it.
      detached: true,
      env,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      windowsHide: true,
    },
  );
  const [report] = await Promise.race([
    once(child, "message") as Promise<[Report]>,
    once(child, "exit").then(([code, signal]): [Report] => [
      { error: `its process ended (${code ?? signal}).` },
    ]),
  ]);
  if ("error" in report) throw new Error(`Azurite cannot start: ${report.error}`);
  // Neither the process nor its channel keeps this one alive.
  child.unref();
  child.channel?.unref();
  return { child, report };
}
