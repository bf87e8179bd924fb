import type { Reply } from "../core/reply.ts";
import type { RateLimits } from "../world/world.ts";
import { statusReply } from "./errors.ts";

const slots = 60;

/**
 * Counts in slots of a minute for the hour and of a second for the minute: windows that roll, of a size that does not
 * grow with the calls. A clock that goes back is followed, so that a test may shift it.
 */
interface Window {
  slotMs: number;
  /** Which slot of all time each place counts now. */
  stamps: Float64Array;
  counts: Uint32Array;
}

function createWindow(slotMs: number): Window {
  return { slotMs, stamps: new Float64Array(slots).fill(-1), counts: new Uint32Array(slots) };
}

function used({ slotMs, stamps, counts }: Window, nowMs: number): number {
  const oldest = Math.floor(nowMs / slotMs) - slots;
  let total = 0;
  for (let place = 0; place < slots; place += 1)
    if ((stamps[place] ?? 0) > oldest) total += counts[place] ?? 0;
  return total;
}

function add({ slotMs, stamps, counts }: Window, nowMs: number): void {
  const slot = Math.floor(nowMs / slotMs);
  const place = slot % slots;
  if (stamps[place] !== slot) {
    stamps[place] = slot;
    counts[place] = 0;
  }
  counts[place] = (counts[place] ?? 0) + 1;
}

function map(unit: "hour" | "minute", limit: number, count: number): string {
  return `user-${unit}-lim:${limit};user-${unit}-rem:${Math.max(0, limit - count)};`;
}

export interface Budget {
  headers: Record<string, string | string[]>;
  /** The 429, when the budget of the hour or of the minute is used up. */
  exceeded: Reply | undefined;
}

/**
 * Counts the calls of each key and says in `X-Rate-Limit` what is left: always for the hour, and for the minute where
 * the call has such a budget. Calls over the limit are refused, and not counted.
 *
 * @returns what counts one call. `minute` names the budget of the minute that it pays from; undefined: none.
 */
export function createRateLimiter(): (
  keyId: string,
  minute: string | undefined,
  limits: RateLimits,
  nowMs: number,
) => Budget {
  const hours = new Map<string, Window>();
  const minutes = new Map<string, Window>();
  const window = (windows: Map<string, Window>, name: string, slotMs: number): Window => {
    const found = windows.get(name) ?? createWindow(slotMs);
    windows.set(name, found);
    return found;
  };
  return (keyId, minute, limits, nowMs) => {
    const parts = [
      { unit: "hour" as "hour" | "minute", limit: limits.hour, window: window(hours, keyId, 60_000) },
    ];
    if (minute !== undefined)
      parts.push({
        unit: "minute",
        limit: limits.minute,
        window: window(minutes, `${keyId} ${minute}`, 1_000),
      });
    const counted = parts.map((part) => ({ ...part, count: used(part.window, nowMs) }));
    const over = counted.some(({ count, limit }) => count >= limit);
    const maps = counted.map(({ unit, limit, count, window: counts }) => {
      if (!over) add(counts, nowMs);
      return map(unit, limit, over ? count : count + 1);
    });
    const headers: Budget["headers"] = { "x-rate-limit": limits.repeatHeader ? maps : maps.join("") };
    if (!over) return { headers, exceeded: undefined };
    if (limits.retryAfterSeconds !== undefined) headers["retry-after"] = String(limits.retryAfterSeconds);
    return { headers, exceeded: statusReply(429) };
  };
}
