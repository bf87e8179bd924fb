import type { Day, PriceChange } from "../model.ts";
import type { SubscriptionPrice } from "../read/subscription-prices.ts";
import type { StartingPrice } from "./model.ts";
import { asOf, byTerritory, forNewSubscribers, sameAmount, sameTimeline } from "./timeline.ts";

interface RestoreFacts {
  /** What new subscribers paid when the snapshot was taken. */
  before: readonly StartingPrice[];
  /** Every price as it was read now. */
  prices: readonly SubscriptionPrice[];
  /** The day in US Pacific time. */
  today: Day;
  /**
   * For prices that have to be set again: Apple does not say what was chosen for one that is gone. Where changes that
   * have not begun are merely taken back it is not needed.
   */
  preserveCurrentPrice?: boolean;
}

/**
 * The changes that bring a snapshot back, to be planned as any others: only in territories that differ from it, and
 * minus what is over by now.
 *
 * A price that has begun is followed by the old one, which for approved subscriptions starts on the next day, and is a
 * raise where a sale ends. In a territory that had no price it stays, since there is none to follow it.
 */
export function restoreChanges({ before, prices, today, ...choice }: RestoreFacts): PriceChange[] {
  const present = byTerritory(forNewSubscribers(prices, today));
  const wanted = byTerritory(asOf(before, today));
  const changes: Omit<PriceChange, "index">[] = [];
  for (const territory of [...new Set([...wanted.keys(), ...present.keys()])].sort()) {
    const old = wanted.get(territory) ?? [];
    const now = present.get(territory) ?? [];
    if (sameTimeline(now, old)) continue;
    const common = { territory, endDate: null } as const;
    changes.push({ ...common, action: "cancel", startDate: null });
    for (const [place, { startDate, point }] of old.entries()) {
      const last = startDate === null ? now.find((price) => price.startDate === null) : old[place - 1];
      if (sameAmount(last?.point, point)) continue;
      changes.push({ ...common, action: "set", startDate, point, ...choice });
    }
  }
  return changes.map((change, index) => ({ ...change, index }));
}
