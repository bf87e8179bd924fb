import { sameAmount } from "../amounts.ts";
import type { Day, PricePoint, Territory } from "../model.ts";
import type { SubscriptionPrice } from "../read/subscription-prices.ts";
import { compareTexts } from "../timeline/steps.ts";
import type { StartingPrice } from "./model.ts";

/** Prices of one territory, sorted by start. */
export type Timeline = readonly StartingPrice[];

/** A price of a yearly commitment that is billed by the month. All else is what a subscription costs as such. */
const commitment = "MONTHLY";

/**
 * What new subscribers pay from `today` on: without what present subscribers keep, what is over, and what belongs to
 * another billing plan. A start on or before `today` is null, as Apple takes it. Sorted by territory and start.
 *
 * @param today the day in US Pacific time.
 */
export function forNewSubscribers(prices: readonly SubscriptionPrice[], today: Day): StartingPrice[] {
  return asOf(listed(prices), today);
}

/** The same with what is over. */
export function listed(prices: readonly SubscriptionPrice[]): StartingPrice[] {
  return prices
    .filter(({ preserved, planType }) => !preserved && planType !== commitment)
    .map(({ id, territory, startDate, point }) => ({ id, territory, startDate, point }));
}

/** The same prices as they count from a later day on. */
export function asOf(prices: readonly StartingPrice[], today: Day): StartingPrice[] {
  return [...byTerritory(prices).values()].flatMap((timeline) => {
    const begun = timeline.filter(({ startDate }) => startDate === null || startDate <= today);
    const current = begun.at(-1);
    return [...(current ? [{ ...current, startDate: null }] : []), ...timeline.slice(begun.length)];
  });
}

/** The timeline of each territory, in the order of their codes. */
export function byTerritory(prices: readonly StartingPrice[]): Map<Territory, StartingPrice[]> {
  const timelines = new Map<Territory, StartingPrice[]>();
  for (const price of prices.toSorted(inOrder)) {
    const timeline = timelines.get(price.territory);
    if (timeline) timeline.push(price);
    else timelines.set(price.territory, [price]);
  }
  return timelines;
}

function inOrder(a: StartingPrice, b: StartingPrice): number {
  return compareTexts(a.territory, b.territory) || compareTexts(a.startDate ?? "", b.startDate ?? "");
}

/** The price that holds on a day; undefined before the first one. */
export function priceOn(timeline: Timeline | undefined, day: Day): PricePoint | undefined {
  return timeline?.findLast(({ startDate }) => startDate === null || startDate <= day)?.point;
}

/**
 * Whether two price points of one territory cost the same, by the amounts that Apple states. Never by their IDs: what an
 * ID stands for may have changed since it was read, and what customers pay is the proof of a write.
 */
export function samePrice(a: PricePoint | undefined, b: PricePoint | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameAmount(a.price, b.price);
}

/** Whether two timelines of a territory have the same prices from the same days on. */
export function sameTimeline(a: Timeline = [], b: Timeline = []): boolean {
  return (
    a.length === b.length &&
    a.every(({ startDate, point }, place) => {
      const other = b[place];
      return other !== undefined && startDate === other.startDate && samePrice(point, other.point);
    })
  );
}
