import type { Runtime } from "../runtime.ts";
import { VaultError } from "./vault.ts";

/**
 * Gives `work` a total time, retries included. When it is over, the work's signal is aborted and the call ends, whether
 * the work listens or not: the managed identity client, for one, takes no signal.
 *
 * @throws VaultError `transient` when time ran out.
 */
export async function withDeadline<Value>(
  runtime: Runtime,
  milliseconds: number,
  action: string,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const overdue = new AbortController();
  const settled = new AbortController();
  const timeout = runtime.sleep(milliseconds, settled.signal).then(
    () => {
      const error = new VaultError({ fault: "transient", action, name: "Timeout" });
      overdue.abort(error);
      throw error;
    },
    // The work ended first and the clock was called off; there is nothing left to tell.
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work(overdue.signal), timeout]);
  } finally {
    settled.abort();
  }
}
