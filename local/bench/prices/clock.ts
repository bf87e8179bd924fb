import { setImmediate as idle, setTimeout as pause } from "node:timers/promises";
import type { Runtime } from "../../../functions/runtime.ts";

/** A clock that stands while anything real is under way, and then jumps to the next sleeper. */
export interface SimulatedClock extends Runtime {
  /** Real work, such as a call over loopback: the clock stands until it has ended. */
  hold<Value>(work: Promise<Value>): Promise<Value>;
  /** Runs until `work` has settled. @throws what it throws, or Error when nothing is left that could go on. */
  run<Value>(work: Promise<Value>): Promise<Value>;
}

interface Sleeper {
  at: number;
  wake(): void;
}

/** What goes on after real work may take as many turns of the event loop before it begins more, or sleeps. */
const calmTurns = 3;

/** Nobody sleeps and nothing real is known of: something may be under way all the same, such as a file being read. */
const patienceMs = 10;
const patience = 500;

/** @param random chance, in [0, 1). */
export function simulatedClock(random: () => number, start: number): SimulatedClock {
  let time = start;
  let held = 0;
  let released = () => {};
  /** The latest first; among equals the one that slept first stands last. */
  const sleepers: Sleeper[] = [];

  async function calm(isOver: () => boolean): Promise<void> {
    for (let turns = 0; turns < calmTurns && !isOver(); turns += 1) {
      await idle();
      if (held === 0) continue;
      await new Promise<void>((resolve) => {
        released = resolve;
      });
      turns = -1;
    }
  }

  return {
    now: () => time,
    random,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => reject(signal?.reason);
        const sleeper: Sleeper = {
          at: time + Math.max(0, Math.ceil(ms)),
          wake() {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        signal?.addEventListener("abort", stop, { once: true });
        let index = sleepers.length;
        while (index > 0 && (sleepers[index - 1]?.at ?? 0) <= sleeper.at) index -= 1;
        sleepers.splice(index, 0, sleeper);
      }),
    async hold(work) {
      held += 1;
      try {
        return await work;
      } finally {
        held -= 1;
        if (held === 0) released();
      }
    },
    async run(work) {
      let over = false;
      const watched = work.finally(() => {
        over = true;
      });
      watched.catch(() => undefined);
      for (let waits = 0; ; ) {
        await calm(() => over);
        if (over) return watched;
        const next = sleepers.at(-1)?.at;
        if (next === undefined) {
          waits += 1;
          if (waits > patience) throw new Error("Everything waits for something that never comes.");
          await pause(patienceMs);
          continue;
        }
        waits = 0;
        time = Math.max(time, next);
        // Those of one moment together, so that their calls are under way at once.
        while ((sleepers.at(-1)?.at ?? Number.POSITIVE_INFINITY) <= time) sleepers.pop()?.wake();
      }
    },
  };
}

/** Chance that repeats itself: Lehmer's generator. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
