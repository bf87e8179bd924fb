import type { AppName, Rig, RunningApp } from "../rig.ts";

/** Apps that pass a read on, in the order of the first round; every other round has the opposite one. */
const compared = ["relay", "bare-undici", "plain-axios"] as const satisfies readonly AppName[];

/** Enough in flight to keep the host busy all the time, few enough that queueing is not what is measured. */
const connections = 16;

/** A turn is long against the collector's pauses, and short against what else happens on the machine. */
const turnMs = 1_000;
const rounds = 15;

/** Until the optimiser has seen everything: rates no longer rise after 2 s. */
const warmUpMs = 3_000;

/** Rates and costs of one app, one number a round. */
export interface Throughput {
  requestsPerSecond: number[];
  /** Processor time of the host's process for one call. */
  processorMicroseconds: number[];
}

/** Sends reads to each app in turn. @throws Error when a read failed. */
export async function measureThroughput(rig: Rig): Promise<Record<(typeof compared)[number], Throughput>> {
  const result = {
    relay: noThroughput(),
    "bare-undici": noThroughput(),
    "plain-axios": noThroughput(),
  };
  const running = new Map<AppName, RunningApp>();
  try {
    for (const name of compared) running.set(name, await rig.startApp(name));
    for (const app of running.values()) await app.load({ connections, maxMs: warmUpMs, maxRequests: 50_000 });
    for (let round = 0; round < rounds; round += 1) {
      for (const name of round % 2 === 0 ? compared : compared.toReversed()) {
        const app = running.get(name);
        if (!app) continue;
        const before = await app.usage();
        const { requests, elapsedMs, failures } = await app.load({
          connections,
          maxMs: turnMs,
          maxRequests: 50_000,
        });
        const after = await app.usage();
        if (failures > 0) throw new Error(`${failures} of ${requests} reads through ${name} failed.`);
        result[name].requestsPerSecond.push((requests / elapsedMs) * 1_000);
        result[name].processorMicroseconds.push(
          (after.processorMicroseconds - before.processorMicroseconds) / requests,
        );
      }
    }
  } finally {
    for (const app of running.values()) app.stop();
  }
  return result;
}

function noThroughput(): Throughput {
  return { requestsPerSecond: [], processorMicroseconds: [] };
}
