import { parseAmount, sameAmount } from "../amounts.ts";
import type { PriceWarning } from "../model.ts";
import { daysInWords, type PriceRow } from "../timeline/index.ts";
import { Rejection } from "./rejection.ts";

/** A raise or a cut of so many percent is worth a second look (design). */
const largePercent = 50;

/** What a setting allows, and who asks for what. */
export interface PercentLimit {
  /** Undefined: any. */
  percent: number | undefined;
  /**
   * The field of the call that sets a row's price. Undefined: no price is asked for there, so that a cancel, or the end
   * of what somebody else set, brings it about. Such a row is not limited: what may be set may be taken back.
   */
  fieldOf(row: PriceRow): string | undefined;
}

/**
 * Refuses prices that are asked for and are further from those before than a setting allows, and warns of rows that are
 * large. The largest one is named.
 *
 * @param limit absent: nobody asks for anything, such as in a restore.
 * @throws Rejection `change_too_large`.
 */
export function guardPercent(rows: readonly PriceRow[], limit?: PercentLimit): PriceWarning[] {
  const bySize = rows.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  for (const row of bySize) {
    if (limit?.percent === undefined || sizeOf(row) <= limit.percent) break;
    const field = limit.fieldOf(row);
    if (field === undefined) continue;
    throw new Rejection(
      "change_too_large",
      `${inWords(row)}. More than ${limit.percent} percent are refused here (setting PRICE_MAX_CHANGE_PERCENT).`,
      field,
    );
  }
  const large = bySize.filter((row) => sizeOf(row) >= largePercent);
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
  return before !== undefined &&
    after !== undefined &&
    parseAmount(before) === 0n &&
    !sameAmount(before, after)
    ? Number.POSITIVE_INFINITY
    : 0;
}

function inWords({ territory, from, to, before, after, percent }: PriceRow): string {
  const share = percent === undefined ? "" : ` (${percent > 0 ? "+" : ""}${percent} %)`;
  const days = from === null && to === null ? "" : ` ${daysInWords(from, to)}`;
  return `The price in ${territory} goes from ${before} to ${after}${share}${days}`;
}

/** The largest change of some rows in percent; undefined where none is known. */
export function largestPercent(rows: readonly Pick<PriceRow, "percent">[]): number | undefined {
  return rows
    .map(({ percent }) => percent)
    .reduce((most, percent) => (Math.abs(percent ?? 0) > Math.abs(most ?? 0) ? percent : most), undefined);
}
