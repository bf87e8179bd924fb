import type { Reply } from "../core/reply.ts";
import type { RateLimits } from "../world/world.ts";
import { statusReply } from "./errors.ts";

/** Counts in slots of a minute for the hour and of a second for the minute: windows that roll, and stay small. */
interface Window {
  slotMs: number;
  slots: Map<number, number>;
}

function count(window: Window, nowMs: number, add: number): number {
  const slot = Math.floor(nowMs / window.slotMs);
  let total = add;
  for (const [past, calls] of window.slots) {
    if (past <= slot - 60) window.slots.delete(past);
    else total += calls;
  }
  if (add > 0) window.slots.set(slot, (window.slots.get(slot) ?? 0) + add);
  return total;
}

function map(unit: "hour" | "minute", limit: number, used: number): string {
  return `user-${unit}-lim:${limit};user-${unit}-rem:${Math.max(0, limit - used)};`;
}

export interface Budget {
  headers: Record<string, string | string[]>;
  /** The 429, when the budget of the hour or of the minute is used up. */
  exceeded: Reply | undefined;
}

/**
 * Counts the calls of each key and says in `X-Rate-Limit` what is left: always for the hour, on writes for the
 * minute too. Calls over the limit are refused, and not counted.
 */
export function createRateLimiter(): (
  keyId: string,
  write: boolean,
  limits: RateLimits,
  nowMs: number,
) => Budget {
  const windows = new Map<string, { hour: Window; minute: Window }>();
  return (keyId, write, limits, nowMs) => {
    const fresh = () => ({
      hour: { slotMs: 60_000, slots: new Map() },
      minute: { slotMs: 1_000, slots: new Map() },
    });
    const { hour, minute } = windows.get(keyId) ?? fresh();
    windows.set(keyId, { hour, minute });
    const over = count(hour, nowMs, 0) >= limits.hour || (write && count(minute, nowMs, 0) >= limits.minute);
    const maps = [map("hour", limits.hour, count(hour, nowMs, over ? 0 : 1))];
    if (write) maps.push(map("minute", limits.minute, count(minute, nowMs, over ? 0 : 1)));
    const headers: Budget["headers"] = { "x-rate-limit": limits.repeatHeader ? maps : maps.join("") };
    if (!over) return { headers, exceeded: undefined };
    if (limits.retryAfterSeconds !== undefined) headers["retry-after"] = String(limits.retryAfterSeconds);
    return { headers, exceeded: statusReply(429) };
  };
}
