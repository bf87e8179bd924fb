import type { Rig } from "../rig.ts";

const rounds = 11;
/** A p99 of fewer would hang on one or two reads. */
const readsARound = 1_000;
const bounds = { connections: 1, maxRequests: readsARound, maxMs: 5_000 };

/** Times of a read at one connection, in milliseconds, one number a round. */
export interface Latency {
  median: number[];
  p99: number[];
}

/** Reads through the relay and past it in turn, one at a time. @throws Error when a read failed. */
export async function measureLatency(rig: Rig): Promise<{ relayed: Latency; direct: Latency }> {
  const relay = await rig.startApp("relay");
  const sides = {
    relayed: { load: relay.load, median: [] as number[], p99: [] as number[] },
    direct: { load: rig.loadUpstream, median: [] as number[], p99: [] as number[] },
  };
  try {
    await relay.load({ connections: 16, maxRequests: 20_000, maxMs: 4_000 });
    await rig.loadUpstream({ connections: 1, maxRequests: 5_000, maxMs: 2_000 });
    for (let round = 0; round < rounds; round += 1) {
      const both = [sides.relayed, sides.direct];
      for (const side of round % 2 === 0 ? both : both.toReversed()) {
        const { medianMs, p99Ms, failures } = await side.load(bounds);
        if (failures > 0) throw new Error(`${failures} reads at one connection failed.`);
        side.median.push(medianMs);
        side.p99.push(p99Ms);
      }
    }
  } finally {
    relay.stop();
  }
  return sides;
}
