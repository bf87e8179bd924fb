import type { Day, Territory } from "../model.ts";
import type { PriceRow } from "../timeline/index.ts";
import type { CheckedChange } from "./check-changes.ts";

/**
 * The field of the change that sets a row's price, such as `changes[3].price`: the last one that names the territory on
 * one of these days, or else the last one of the base, which other territories follow. Undefined where none does.
 *
 * @param facts `today` in US Pacific time; `baseTerritory` of an app or in-app purchase.
 */
export function fieldOf(
  row: PriceRow,
  changes: readonly CheckedChange[],
  { today, baseTerritory }: { today: Day; baseTerritory?: Territory },
): string | undefined {
  const from = row.from ?? today;
  const sets = changes.filter(
    ({ action, startDate, endDate }) =>
      action === "set" &&
      (endDate === null || from < endDate) &&
      (row.to === null || startDate === null || startDate < row.to),
  );
  const own = sets.findLast(({ territory }) => territory === row.territory || territory === "*");
  const asked =
    own ?? sets.findLast(({ territory }) => territory === undefined || territory === baseTerritory);
  return asked && `${asked.place}price`;
}
