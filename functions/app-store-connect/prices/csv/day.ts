import { isDay } from "../../../input.ts";

/** Excel counts days from here; its 1900 has a 29 February, which only days before that March notice. */
const excelDayZero = Date.UTC(1899, 11, 30);

/** The longest text that may be a day, with a time; the patterns below are not for long ones. */
const maxLength = 40;

const noDay = "must be a day such as 2026-02-10, the year first.";

const msPerDay = 86_400_000;

/** Numbers that are days of this time and not amounts: 1954 to 2119. */
const serial = /^([2-7]\d{4})(?:[.,]\d+)?$/;

/**
 * What is wrong with a day of a sale list, to follow the column's name; undefined where it is a day such as
 * 2026-02-10. Other forms are not turned into it: 3/4/2026 is two days, one on each side of the Atlantic.
 */
export function dayProblem(text: string): string | undefined {
  if (text.length > maxLength) return noDay;
  if (isDay(text)) return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return "is not a day of the calendar.";
  const [, count] = serial.exec(text) ?? [];
  if (count !== undefined) {
    const day = new Date(excelDayZero + Number(count) * msPerDay).toISOString().slice(0, 10);
    return `is a day as Excel counts them, it seems ${day}: write it as ${day}, as text.`;
  }
  const [, date, time] = /^(.*?\d)(?:T|,?\s+)(\d{1,2}:\d{2}.*)$/i.exec(text) ?? [];
  if (date !== undefined && time !== undefined) {
    const days = daysOf(date);
    return `has a time of day: prices change at midnight, write ${days.length === 0 ? "the day alone, such as 2026-02-10" : days.join(" or ")}.`;
  }
  const days = daysOf(text);
  if (days.length > 1) {
    return `can be two days: write the one that is meant, ${days.join(" or ")}.`;
  }
  const [only] = days;
  if (only !== undefined) return `must be written with the year first: ${only}.`;
  return noDay;
}

/** Days that a date in another form may mean. */
function daysOf(date: string): string[] {
  const [, first = "", , second = "", third = ""] =
    /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\.?$/.exec(date) ?? [];
  const candidates =
    first.length === 4
      ? [[first, second, third]]
      : third.length === 4
        ? // Only with slashes does anybody write the month first, and then half of the world does not.
          date.includes("/")
          ? [
              [third, first, second],
              [third, second, first],
            ]
          : [[third, second, first]]
        : [];
  const days = candidates.map(([year = "", month = "", day = ""]) =>
    [year, month.padStart(2, "0"), day.padStart(2, "0")].join("-"),
  );
  return [...new Set(days.filter(isDay))];
}
