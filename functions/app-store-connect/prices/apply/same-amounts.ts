import { parseAmount } from "../amounts.ts";
import type { Day, PriceSchedule } from "../model.ts";
import { sameSchedule } from "../timeline/index.ts";

/**
 * Whether customers pay the same by two schedules, on every day from today on and in every territory. Unlike
 * `sameSchedule` it goes by the amounts that Apple states, so that it proves what a price point's ID only promises.
 */
export function sameAmounts(one: PriceSchedule, other: PriceSchedule, today: Day): boolean {
  return sameSchedule(byAmount(one), byAmount(other), today);
}

function byAmount({ baseTerritory, manual }: PriceSchedule): PriceSchedule {
  return {
    baseTerritory,
    manual: new Map(
      [...manual].map(([territory, intervals]) => [
        territory,
        intervals.map((interval) => {
          const { price } = interval.point;
          return { ...interval, point: { id: String(parseAmount(price) ?? price), price } };
        }),
      ]),
    ),
  };
}
