import type { Runtime } from "../runtime.ts";

/** One total deadline of a call: everything done for it, retries and reading bodies included, ends by then. */
export interface Deadline {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Aborted at the deadline, with a `DeadlineExceeded`. */
  readonly signal: AbortSignal;
  /** Milliseconds left, never below 0. */
  left(): number;
  /** Ends the timer. To be called once everything is done, the body of a streamed answer included. */
  clear(): void;
}

/** Reason of an aborted deadline signal. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";
}

/** Starts a deadline `ms` milliseconds from now. */
export function startDeadline(runtime: Runtime, ms: number): Deadline {
  const at = runtime.now() + ms;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DeadlineExceeded("The deadline passed.")), ms);
  timer.unref();
  return {
    at,
    signal: controller.signal,
    left: () => Math.max(0, at - runtime.now()),
    clear: () => clearTimeout(timer),
  };
}
