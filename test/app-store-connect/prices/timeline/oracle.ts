import type { PricePoint, Territory } from "../../../../functions/app-store-connect/prices/model.ts";
import { base, daysOf, equalizedTo, horizon, manualDays, others, territories, type World } from "./world.ts";

/** A price for every day, null where the territory follows the base. */
export type Days = (PricePoint | null)[];

/**
 * The rules of changes in the simplest way there is: one cell for each territory and day, written over and over. It knows
 * nothing of intervals, and nothing of what has to be pinned.
 */
export function expected({ schedule, changes, today }: World): Map<Territory, Days> {
  const cells = new Map(territories.map((one) => [one, manualDays(schedule, one, today)]));
  const of = (territory: Territory) => cells.get(territory) ?? [];

  for (const change of changes) {
    if (change.territory !== undefined && change.territory !== "*" && change.territory !== base) continue;
    if (change.action === "cancel") of(base).fill(of(base)[0] ?? null);
    else for (const day of daysOf(change, today)) of(base)[day] = change.point ?? null;
  }
  for (const change of changes) {
    for (const territory of others) {
      const days = of(territory);
      const named =
        change.territory === territory || (change.territory === "*" && days.some((price) => price !== null));
      if (!named) continue;
      if (change.action === "cancel") cancel(days, territory, of(base)[0] ?? null);
      else {
        const price =
          change.territory === "*" && change.point ? equalizedTo(change.point, territory) : change.point;
        for (const day of daysOf(change, today)) days[day] = price ?? null;
      }
    }
  }
  return cells;
}

function cancel(days: Days, territory: Territory, baseToday: PricePoint | null): void {
  const [price = null] = days;
  const automatic = baseToday && equalizedTo(baseToday, territory);
  const back = days[horizon - 1] === null && price?.id === automatic?.id;
  days.fill(back ? null : price);
}
