import { territories } from "../territories.ts";
import type { PriceTables } from "./price-tables.ts";
import type { ManualPrice, Schedule } from "./state.ts";

/** A price that follows the base territory. */
export type AutomaticPrice = ManualPrice;

interface Days {
  startDate: string | null;
  endDate: string | null;
}

/** Before every day, and after every day: ends of an open interval, as texts that compare. */
const ever = "";
const never = "~";

/** What is left of an interval when others, sorted by start, are taken out of it. */
function without(interval: Days, taken: readonly Days[]): Days[] {
  const left: Days[] = [];
  const end = interval.endDate ?? never;
  let start = interval.startDate ?? ever;
  const keep = (until: string) => {
    if (start < until)
      left.push({ startDate: start === ever ? null : start, endDate: until === never ? null : until });
  };
  for (const other of taken) {
    const [from, to] = [other.startDate ?? ever, other.endDate ?? never];
    if (to <= start || from >= end) continue;
    keep(from);
    start = to > start ? to : start;
  }
  keep(end);
  return left;
}

/** Sorts by first day. */
export function byStart(a: Days, b: Days): number {
  const [left, right] = [a.startDate ?? ever, b.startDate ?? ever];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * The prices of all territories on the days that no manual price covers: the equalization of what the base territory
 * costs on them.
 */
export function automaticPrices(tables: PriceTables, { baseTerritory, manual }: Schedule): AutomaticPrice[] {
  const byTerritory = new Map<string, ManualPrice[]>();
  for (const price of manual) {
    const prices = byTerritory.get(price.territory);
    if (prices === undefined) byTerritory.set(price.territory, [price]);
    else prices.push(price);
  }
  for (const prices of byTerritory.values()) prices.sort(byStart);
  const base = byTerritory.get(baseTerritory) ?? [];
  return territories.flatMap(({ id: territory }) => {
    if (territory === baseTerritory) return [];
    const taken = byTerritory.get(territory) ?? [];
    return base.flatMap((price) => {
      const place = tables.equalize(baseTerritory, price.place, territory);
      return without(price, taken).map((days) => ({ territory, place, ...days }));
    });
  });
}
