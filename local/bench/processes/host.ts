import { startHost } from "../../host/host.ts";

/**
 * The local host with one function app, in a process of its own that can be asked what it uses. Logs go nowhere, for
 * all apps alike: the terminal's speed is not what is measured.
 */

/** What the process uses. */
export interface HostUsage {
  /** Bytes on the heap after a full collection, where the process was started with --expose-gc. */
  heapBytes: number;
  /** Resident set size in bytes. */
  residentBytes: number;
  /** Processor time so far, user and system, in microseconds. */
  processorMicroseconds: number;
}

const [bundle = "", functionKey = ""] = process.argv.slice(2);
const host = await startHost({
  bundle,
  env: process.env,
  port: 0,
  functionKey,
  log: () => {},
  inPlace: true,
});

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  // Twice: the first collection runs finalizers whose objects only the second one frees.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const usage: HostUsage = {
    heapBytes: heapUsed,
    residentBytes: rss,
    processorMicroseconds: user + system,
  };
  process.send?.(usage);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url: host.url });
