/** Lost answers, broken connections and throttling among the calls of a sale. */
import type { RecordedRequest, ScriptedFault, Simulator } from "../../../../local/simulator/index.ts";

const schedules = /PriceSchedules|subscriptionPrices/;

type Kind = Pick<ScriptedFault, "method" | "fault">;

/** Half of them writes: carried out and lost, lost before, throttled, failed. */
const kinds: readonly Kind[] = [
  { method: "POST", fault: { kind: "applied-then-lost" } },
  { method: "POST", fault: { kind: "applied-then-lost" } },
  { method: "POST", fault: { kind: "reset", at: "before-headers" } },
  { method: "POST", fault: { kind: "reset", at: "before-headers", apply: true } },
  { method: "POST", fault: { kind: "reset", at: "mid-body" } },
  { method: "POST", fault: { kind: "status", status: 500 } },
  { method: "POST", fault: { kind: "status", status: 502, apply: true } },
  { method: "POST", fault: { kind: "status", status: 429 } },
  { method: "POST", fault: { kind: "status", status: 429, retryAfter: { seconds: 1 } } },
  { method: "GET", fault: { kind: "status", status: 429 } },
  { method: "GET", fault: { kind: "status", status: 429, retryAfter: { seconds: 2 } } },
  { method: "GET", fault: { kind: "status", status: 500 } },
  { method: "GET", fault: { kind: "reset", at: "mid-body" } },
  { method: "GET", fault: { kind: "truncated", contentLength: "wrong" } },
];

/** Strews so many faults among the first calls. A client that is told to wait for once takes seconds, so there are few. */
export function strewFaults({ faults }: Simulator, random: () => number, count: number): void {
  for (let number = 0; number < count; number += 1) {
    const kind = kinds[Math.floor(random() * kinds.length)];
    const skip = Math.floor(random() * (kind?.method === "POST" ? 90 : 250));
    if (kind) faults.add({ ...kind, service: "appStoreConnect", path: schedules, skip });
  }
}

/** Moments of one product's work at which its host can be killed. */
export const moments = {
  "the look before the write": { method: "GET", path: /PriceSchedules\/\d+$/, apply: false },
  "the write, before it is carried out": { method: "POST", path: /PriceSchedules$/, apply: false },
  "the write, carried out and not answered": { method: "POST", path: /PriceSchedules$/, apply: true },
  "the proof": { method: "GET", path: /PriceSchedules\/\d+\/manualPrices$/, apply: false },
} as const;

export type Moment = keyof typeof moments;

/** Holds up the next call of that moment, or so many of them, until its client is gone. */
export function holdUp({ faults }: Simulator, moment: Moment, times = 1): void {
  const { method, path, apply } = moments[moment];
  const fault = { kind: "stall", at: "before-headers", apply } as const;
  faults.add({ service: "appStoreConnect", method, path, fault, times });
}

/** Whether a call was held up and not let go since. */
export function isHeldUp({ faults, status }: RecordedRequest): boolean {
  return faults.includes("stall") && status === undefined;
}
