import type { Runtime } from "../runtime.ts";
import { createBoundedMap } from "./bounded-map.ts";

/** A `Date` header has whole seconds and travels a while: less than this says nothing about the clock. */
const toleranceMs = 5_000;

/** No correction goes further, and a `Date` from further away is not believed at all. */
const maxCorrectionMs = 15 * 60_000;

/** As many credentials as are ever in use; each keeps one number. */
const maxCorrections = 1_000;

/** The machine's clock, corrected for each credential by what its upstream says. */
export interface Clock {
  /** Milliseconds since the epoch, as the credential's upstream sees it. */
  now(name: string): number;
  /**
   * Takes the `Date` of a 401. It is always compared with the machine's own clock, never with the corrected one, so
   * corrections replace each other and do not add up: whatever is sent, tokens stay within 15 minutes of that clock.
   *
   * @returns whether the credential's clock changed.
   */
  correct(name: string, upstreamDate: number): boolean;
}

/** A clock whose corrections are kept apart by credential: an odd upstream spoils no tokens but its own. */
export function createClock(runtime: Runtime): Clock {
  const corrections = createBoundedMap<number>(maxCorrections);
  return {
    now: (name) => runtime.now() + (corrections.get(name) ?? 0),
    correct(name, upstreamDate) {
      const measured = upstreamDate - runtime.now();
      // Also refuses a date that is no number. Off by exactly the bound, the header's whole seconds and its way here
      // make it look like a little more: that much is believed, and corrected as far as the bound.
      if (!(Math.abs(measured) <= maxCorrectionMs + toleranceMs)) return false;
      const bounded = Math.max(-maxCorrectionMs, Math.min(maxCorrectionMs, measured));
      const wanted = Math.abs(measured) <= toleranceMs ? 0 : bounded;
      const present = corrections.get(name) ?? 0;
      if (Math.abs(wanted - present) <= toleranceMs) return false;
      corrections.set(name, wanted);
      return true;
    },
  };
}
