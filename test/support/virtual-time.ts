/** Time for simulations of many things at once: it stands still while anything runs, then jumps to the next sleeper. */
import { setImmediate as idle } from "node:timers/promises";
import type { Runtime } from "../../functions/runtime.ts";

export interface VirtualTime extends Runtime {
  /** Runs until `work` has settled. @throws what it throws, or Error when nothing is left that could go on. */
  run<Value>(work: Promise<Value>): Promise<Value>;
}

/** @param random chance, in [0, 1). */
export function virtualTime(random: () => number, start = Date.UTC(2026, 0, 31)): VirtualTime {
  let time = start;
  const sleepers: { at: number; wake(): void }[] = [];

  return {
    now: () => time,
    random,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => reject(signal?.reason);
        const sleeper = {
          at: time + Math.max(0, ms),
          wake() {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        signal?.addEventListener("abort", stop, { once: true });
        // In order, the latest first; among equals the first comes first.
        let index = sleepers.length;
        while (index > 0 && (sleepers[index - 1]?.at ?? 0) <= sleeper.at) index -= 1;
        sleepers.splice(index, 0, sleeper);
      }),
    async run(work) {
      let over = false;
      const watched = work.finally(() => {
        over = true;
      });
      watched.catch(() => undefined);
      for (;;) {
        await idle();
        if (over) return watched;
        const next = sleepers.pop();
        if (!next) throw new Error("Everything waits for something that never comes.");
        time = Math.max(time, next.at);
        next.wake();
      }
    },
  };
}
