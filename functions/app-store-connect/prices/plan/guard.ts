import { parseAmount } from "../amounts.ts";
import type { PriceWarning } from "../model.ts";
import type { PriceRow } from "../timeline/index.ts";
import { Rejection } from "./rejection.ts";

/** A raise or a cut of so many percent is worth a second look (design). */
const largePercent = 50;

/**
 * Refuses changes that are larger than the setting allows and warns of those that are large.
 *
 * @param limit percent; undefined: any.
 * @param field of the call that is named.
 * @throws Rejection `change_too_large`.
 */
export function guardPercent(
  rows: readonly PriceRow[],
  limit: number | undefined,
  field: string,
): PriceWarning[] {
  const over = limit === undefined ? undefined : rows.find((row) => sizeOf(row) > limit);
  if (over) {
    throw new Rejection(
      "change_too_large",
      `${inWords(over)}. More than ${limit} percent are refused here (setting PRICE_MAX_CHANGE_PERCENT).`,
      field,
    );
  }
  const large = rows.filter((row) => sizeOf(row) >= largePercent);
  const [first] = large;
  if (!first) return [];
  const others = new Set(large.map(({ territory }) => territory)).size - 1;
  const more =
    others === 0 ? "" : `, and in ${others} other ${others === 1 ? "territory" : "territories"} too`;
  return [{ code: "large_change", territory: first.territory, message: `${inWords(first)}${more}.` }];
}

/** From free to a price there is no percentage, and it is the largest change of all. */
function sizeOf({ before, after, percent }: PriceRow): number {
  if (percent !== undefined) return Math.abs(percent);
  return before !== undefined && after !== undefined && parseAmount(before) === 0n && before !== after
    ? Number.POSITIVE_INFINITY
    : 0;
}

function inWords({ territory, before, after, percent }: PriceRow): string {
  const share = percent === undefined ? "" : ` (${percent > 0 ? "+" : ""}${percent} %)`;
  return `The price in ${territory} goes from ${before} to ${after}${share}`;
}

/** The largest change of some rows in percent; undefined where none is known. */
export function largestPercent(rows: readonly Pick<PriceRow, "percent">[]): number | undefined {
  return rows
    .map(({ percent }) => percent)
    .reduce((most, percent) => (Math.abs(percent ?? 0) > Math.abs(most ?? 0) ? percent : most), undefined);
}
