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
  /** What was scheduled already as asked for, so that nothing is laid. Apple does not tell its choice about subscribers. */
  kept?: LaidPrice;
}

/**
 * Lays one change over the timeline of its territory.
 *
 * A price has no end, so one that is set holds from its start on, and whatever was scheduled for later gives way; the
 * changes that follow may add later starts again. Where the price holds already nothing is added, unless an earlier
 * change of the plan sets it for that day with another choice about present subscribers. A cancel leaves the price of
 * today.
 */
export function lay(timeline: readonly LaidPrice[], { change, territory, set }: Asked): Laid {
  if (set === undefined) {
    return split(timeline, ({ startDate }) => startDate === null);
  }
  const start = set.startDate ?? "";
  const upTo = split(timeline, ({ startDate }) => (startDate ?? "") <= start);
  const before = split(timeline, ({ startDate }) => (startDate ?? "") < start);
  // Apple refuses a price that is the same as the one before it.
  for (const laid of [before, upTo]) {
    const last = laid.timeline.at(-1);
    if (!last || !samePrice(last.point, set.point)) continue;
    if (last.change === undefined) return last.startDate === null ? laid : { ...laid, kept: last };
    const isOther = last.change.preserveCurrentPrice !== change.preserveCurrentPrice;
    if (laid === before || !isOther) return laid;
  }
  return { ...before, timeline: [...before.timeline, { territory, ...set, change }] };
}

function split(timeline: readonly LaidPrice[], stays: (price: LaidPrice) => boolean): Laid {
  return {
    timeline: timeline.filter(stays),
    replaced: timeline.filter((price) => !stays(price) && price.startDate !== null),
  };
}
