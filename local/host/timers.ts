import { Cron } from "croner";
import type { Listener } from "./queue-listener.ts";

export interface TimerOptions {
  /** NCRONTAB: six fields, the first one seconds. Days of month and week must both fit. */
  schedule: string;
  runOnStartup: boolean;
  /** Runs the function. @throws what it throws. */
  invoke(input: unknown): Promise<unknown>;
  failed(error: unknown): void;
}

/**
 * Runs a function at its times, in UTC, never twice at once. What was due while no host ran is not made up for: the
 * Functions host would remember it in storage.
 *
 * @throws Error when the schedule cannot be read.
 */
export function startTimer({ schedule, runOnStartup, invoke, failed }: TimerOptions): Listener {
  let running: Promise<void> | undefined;
  const run = () => {
    // What takes longer than its interval is not started a second time.
    running ??= invoke({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false })
      .then(() => undefined, failed)
      .finally(() => {
        running = undefined;
      });
  };
  const job = new Cron(schedule, { mode: "6-part", timezone: "Etc/UTC", domAndDow: true, unref: true }, run);
  if (runOnStartup) run();
  return {
    async stop() {
      job.stop();
      await running;
    },
  };
}
