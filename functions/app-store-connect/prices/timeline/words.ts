import type { Day, PriceChange, PriceInterval, PricePoint, Territory } from "../model.ts";

/** Names in a sentence: `DEU`, `DEU and FRA`, `DEU, FRA and JPN`. */
export function listed(names: readonly string[]): string {
  return names.length < 2
    ? (names[0] ?? "")
    : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1] ?? ""}`;
}

/** A change as the call has it. */
export function placeOf(change: PriceChange): string {
  return `changes[${change.index}]`;
}

/** Days in a sentence, after a verb: `on all days`, `from 2026-03-01 until before 2026-03-08`. */
export function daysInWords(start: Day | null, end: Day | null): string {
  if (start === null && end === null) return "on all days";
  if (end === null) return `from ${start} on`;
  return start === null ? `until before ${end}` : `from ${start} until before ${end}`;
}

/** A price on its days: `4.99 until before 2026-03-01`. */
export function intervalInWords({ point, startDate, endDate }: PriceInterval): string {
  return `${point.price} ${daysInWords(startDate, endDate)}`;
}

/** A price, where null is automatic. */
export function priceInWords(point: PricePoint | null, territory: Territory): string {
  return point === null ? `the automatic price of ${territory}` : `${point.price} in ${territory}`;
}
