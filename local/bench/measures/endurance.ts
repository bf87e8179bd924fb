import type { HostUsage } from "../processes/host.ts";
import type { Rig } from "../rig.ts";

const callsAStep = 10_000;
const steps = 10;
const connections = 16;

/** What 100,000 calls leave behind. */
export interface Endurance {
  /** Different tokens that the upstream saw in the first 10,000 calls of a process. */
  tokens: number;
  /** Memory after each 10,000 calls. */
  memory: HostUsage[];
}

/** Sends a fresh process 100,000 reads. @throws Error when one failed, or when they take much longer than expected. */
export async function measureEndurance(rig: Rig): Promise<Endurance> {
  const relay = await rig.startApp("relay", ["--expose-gc"]);
  const memory: HostUsage[] = [];
  let tokens = 0;
  try {
    await rig.upstreamReport();
    for (let step = 0; step < steps; step += 1) {
      const { requests, failures } = await relay.load({
        connections,
        maxRequests: callsAStep,
        maxMs: 20_000,
      });
      const report = await rig.upstreamReport();
      if (failures > 0 || requests !== callsAStep || report.requests !== callsAStep) {
        throw new Error(
          `Of ${callsAStep} calls, ${requests} were made, ${failures} failed, ${report.requests} arrived.`,
        );
      }
      if (step === 0) tokens = report.tokens;
      memory.push(await relay.usage());
    }
  } finally {
    relay.stop();
  }
  return { tokens, memory };
}
