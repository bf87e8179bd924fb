import type { Day, PricePoint, PriceSchedule, Territory } from "../model.ts";
import { inOrder, isOver, sameSteps, startAsSeen, stepsOf } from "./steps.ts";

/**
 * A schedule as it is seen and written today: past intervals dropped, a start on or before today null. Apple refuses a
 * start in the past, and stores a start of today as none.
 *
 * Nothing is joined: a territory that no change touches is sent as it is, apart from this.
 *
 * @param today the day in US Pacific time.
 */
export function presentSchedule(schedule: PriceSchedule, today: Day): PriceSchedule {
  const manual = [...schedule.manual].flatMap(([territory, intervals]) => {
    const present = inOrder(intervals)
      .filter(({ endDate }) => !isOver(endDate, today))
      .map((interval) => ({ ...interval, startDate: startAsSeen(interval.startDate, today) || null }));
    return present.length === 0 ? [] : [[territory, present] as const];
  });
  return { baseTerritory: schedule.baseTerritory, manual: new Map(manual) };
}

/**
 * Whether two schedules say the same from today on: the same base, and in each territory the same prices by hand on the
 * same days. Where a price is merely cut in two without changing, they are the same.
 *
 * @param today the day in US Pacific time.
 */
export function sameSchedule(a: PriceSchedule, b: PriceSchedule, today: Day): boolean {
  if (a.baseTerritory !== b.baseTerritory) return false;
  return [...new Set([...a.manual.keys(), ...b.manual.keys()])].every((territory) =>
    sameSteps(stepsOf(a.manual.get(territory), today), stepsOf(b.manual.get(territory), today)),
  );
}

/** The manual price of a territory on a day; undefined where it is automatic. */
export function priceOn(schedule: PriceSchedule, territory: Territory, day: Day): PricePoint | undefined {
  return schedule.manual
    .get(territory)
    ?.find(
      ({ startDate, endDate }) =>
        (startDate === null || startDate <= day) && (endDate === null || day < endDate),
    )?.point;
}
