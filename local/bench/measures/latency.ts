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

/** Of reads past every host, through the bare handler with undici, and through the relay. */
export type Latencies = Record<"direct" | "bare" | "relayed", Latency>;

/** Sends reads to each in turn, one at a time. @throws Error when one failed. */
export async function measureLatency(rig: Rig): Promise<Latencies> {
  const bare = await rig.startApp("bare-undici");
  const relay = await rig.startApp("relay");
  const noTimes = (): Latency => ({ median: [], p99: [] });
  const sides = { direct: noTimes(), bare: noTimes(), relayed: noTimes() };
  const order = [
    { load: rig.loadUpstream, times: sides.direct },
    { load: bare.load, times: sides.bare },
    { load: relay.load, times: sides.relayed },
  ];
  try {
    for (const { load } of order) await load({ connections: 16, maxRequests: 10_000, maxMs: 3_000 });
    for (let round = 0; round < rounds; round += 1) {
      for (const { load, times } of round % 2 === 0 ? order : order.toReversed()) {
        const { medianMs, p99Ms, failures } = await load(bounds);
        if (failures > 0) throw new Error(`${failures} reads at one connection failed.`);
        times.median.push(medianMs);
        times.p99.push(p99Ms);
      }
    }
  } finally {
    bare.stop();
    relay.stop();
  }
  return sides;
}
