import type { Day, PriceChange, PricePoint, Territory } from "../model.ts";
import type { StartingPrice } from "./model.ts";
import { samePrice } from "./timeline.ts";

/** A price with the change that asks for it; without one it was there already. */
export interface LaidPrice extends StartingPrice {
  change?: PriceChange;
}

/** What one change asks for in one territory. */
export interface Asked {
  change: PriceChange;
  territory: Territory;
  /** Absent: a cancel. */
  set?: { startDate: Day | null; point: PricePoint };
}

/** A territory after one change more. */
export interface Laid {
  timeline: LaidPrice[];
  /** Prices that were there, had not begun, and give way. */
  replaced: LaidPrice[];
}

/**
 * Lays one change over the timeline of its territory.
 *
 * A price has no end, so one that is set holds from its start on, and whatever was scheduled for later gives way; the
 * changes that follow may add later starts again. Where the price holds already nothing is added. A cancel leaves the
 * price of today.
 */
export function lay(timeline: readonly LaidPrice[], { change, territory, set }: Asked): Laid {
  if (set === undefined) {
    return split(timeline, ({ startDate }) => startDate === null);
  }
  const start = set.startDate ?? "";
  const upTo = split(timeline, ({ startDate }) => (startDate ?? "") <= start);
  const before = split(timeline, ({ startDate }) => (startDate ?? "") < start);
  const holds = ({ timeline }: Laid) => samePrice(timeline.at(-1)?.point, set.point);
  // Apple refuses a price that is the same as the one before it.
  if (holds(before)) return before;
  if (holds(upTo)) return upTo;
  return { ...before, timeline: [...before.timeline, { territory, ...set, change }] };
}

function split(timeline: readonly LaidPrice[], stays: (price: LaidPrice) => boolean): Laid {
  return {
    timeline: timeline.filter(stays),
    replaced: timeline.filter((price) => !stays(price) && price.startDate !== null),
  };
}
