import type { Runtime } from "../../functions/runtime.ts";

/** Time that runs as it does, and jumps where somebody sleeps. */
export interface SkippingRuntime extends Runtime {
  /** Milliseconds of each sleep, oldest first. */
  readonly slept: number[];
  advance(ms: number): void;
}

/**
 * A runtime for tests of waits: a sleep ends at once and moves the clock by its length, so that everything that looks
 * at the clock finds what it would find after a real wait. Give it to the simulator too: both sides check tokens by it.
 */
export function skippingRuntime(): SkippingRuntime {
  let skipped = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => Date.now() + skipped,
    random: () => 0.5,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      skipped += ms;
    },
    advance(ms) {
      skipped += ms;
    },
  };
}
