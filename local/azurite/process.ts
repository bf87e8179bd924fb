/**
 * Azurite as a process of its own: `process.ts owned [folder]` or `process.ts shared <folder>`. It reports to its
 * starter over the IPC channel.
 *
 * `owned` ends when the starter is gone, which the channel tells, also after a kill. `shared` stays for other hosts and
 * ends when the last one has left in order.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openControl } from "./control.ts";
import { newAccountKey, openFolder, writeState } from "./folder.ts";
import type { AzuriteFacts } from "./line.ts";
import { serveAzurite } from "./server.ts";

/** What the starter hears: where Azurite is, that another process serves the folder, or why there is none. */
export type Report = AzuriteFacts | { taken: true } | { error: string };

// A machine that is put to sleep over lunch finds its storage again; one whose host crashed for good gets its memory
// back the same day.
const patienceMs = 3_600_000;

// What is written at the end is a few files; a disk that takes longer has failed.
const closeMs = 10_000;

const [mode, folder] = process.argv.slice(2);
const report = (message: Report) => {
  // The starter may have been killed meanwhile, while another host waits for the same Azurite.
  if (process.connected) process.send?.(message);
};
let stopping = false;

async function run(): Promise<void> {
  // The data is nobody else's to read.
  process.umask(0o077);
  console.error = (text: unknown) => report({ error: String(text) });

  const state = folder === undefined ? undefined : await openFolder(folder);
  const accountKey = state?.accountKey ?? newAccountKey();
  let serves: (facts: AzuriteFacts) => void = () => {};
  const facts = new Promise<AzuriteFacts>((resolve) => {
    serves = resolve;
  });
  if (state !== undefined) {
    try {
      await openControl({
        port: state.controlPort,
        accountKey,
        facts,
        stopping: () => stopping,
        unused: stop,
        patienceMs,
      });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      report({ taken: true });
      // What was reported is still on its way.
      process.exitCode = 0;
      process.disconnect();
      return;
    }
  }

  const server = await serveAzurite(accountKey, folder);
  // Signals are Azurite's to handle, once. A second one must not cut off what the first one has begun.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stopping = true;
    });
  }
  const { connectionString } = server;
  server.closed.then(() => process.exit(0));
  if (folder !== undefined && state !== undefined) {
    await writeState(folder, { ...state, pid: process.pid, connectionString });
  }
  serves({ pid: process.pid, connectionString });
  report(await facts);
  if (mode === "owned") {
    process.on("disconnect", stop);
    if (!process.connected) stop();
  } else if (process.connected) process.disconnect();
}

/** Ends as Azurite ends on a signal: it stops serving and writes its data. */
function stop(): void {
  if (stopping) return;
  process.emit("SIGTERM");
  sleep(closeMs, undefined, { ref: false }).then(() => process.exit(1));
}

run().catch((error: unknown) => {
  report({ error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
