import { isDay } from "../../../input.ts";
import type { Day } from "../model.ts";

export { isDay };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Apple's day turns here: a price starts and ends at midnight in US Pacific time. */
const pacific = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  calendar: "gregory",
  numberingSystem: "latn",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/**
 * The day in US Pacific time.
 *
 * @param ms milliseconds since 1970.
 */
export function pacificDay(ms: number): Day {
  const parts = new Map(pacific.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

/**
 * When a day begins in US Pacific time, in milliseconds since 1970: what Apple's price IDs hold.
 *
 * @throws RangeError when `day` is no day that exists.
 */
export function pacificMidnight(day: Day): number {
  const utcMidnight = timeOf(day);
  // Clocks there stand 7 hours back in summer and 8 in winter, and never change at midnight itself.
  for (const hours of [7, 8]) {
    const ms = utcMidnight + hours * hourMs;
    if (pacificDay(ms) === day && pacificDay(ms - 1) !== day) return ms;
  }
  throw new RangeError(`${day} has no midnight in US Pacific time.`);
}

/**
 * The day `count` days later, or earlier when it is negative.
 *
 * @throws RangeError when `day` is no day that exists, or when the result does not fit four digits of a year.
 */
export function addDays(day: Day, count: number): Day {
  const later = new Date(timeOf(day) + count * dayMs).toISOString().slice(0, 10);
  if (!isDay(later)) throw new RangeError(`${count} days from ${day} is outside the calendar.`);
  return later;
}

function timeOf(day: Day): number {
  if (!isDay(day)) throw new RangeError(`${day} is not a day such as 2026-01-31.`);
  return Date.parse(`${day}T00:00:00Z`);
}
