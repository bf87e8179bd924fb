import type { ErrorDetail } from "../../errors.ts";
import { isDay } from "../../input.ts";

/** The ways in which a caller can say which days a report is about. */
export interface PeriodInput {
  period?: string;
  lastDays?: number;
  startDate?: string;
  endDate?: string;
}

/** Periods that Adjust documents by name. Source: its description of `date_period`. */
export const documentedPeriods = [
  "today",
  "yesterday",
  "this_week",
  "last_week",
  "this_month",
  "last_month",
  "this_month_until_yesterday",
] as const;

/** Ten years: more than any account of Adjust holds, so a longer period is a slip. */
export const maxDays = 3_650;

/**
 * The period as Adjust takes it, from exactly one of `period`, `lastDays`, or `startDate` and `endDate`.
 *
 * `last_7_days` and its like, which Adjust refuses, become `-7d:-1d`: the days before today. A name that nobody has seen refused passes, so that a new one of Adjust's can be used at once.
 *
 * @param now milliseconds; only for the days that an error suggests.
 * @returns what to send, or what is wrong.
 */
export function resolvePeriod(input: PeriodInput, now: number): string | ErrorDetail[] {
  const { period, lastDays, startDate, endDate } = input;
  const ways = [
    ...(period === undefined ? [] : ["period"]),
    ...(lastDays === undefined ? [] : ["lastDays"]),
    ...(startDate === undefined && endDate === undefined ? [] : ["startDate"]),
  ];
  if (ways.length === 0) {
    return [
      {
        field: "period",
        message: "is required, unless lastDays, or startDate and endDate, say which days to report.",
      },
    ];
  }
  if (ways.length > 1) {
    return ways.map((field) => ({
      field,
      message:
        "is one of several fields that say which days to report: fill period, lastDays, or startDate and endDate.",
    }));
  }
  if (period !== undefined) return namedPeriod(period, now);
  if (lastDays !== undefined) return daysBack(lastDays);
  if (startDate === undefined || endDate === undefined) {
    const field = startDate === undefined ? "startDate" : "endDate";
    return [{ field, message: "is required, since startDate and endDate go together." }];
  }
  return range(startDate, endDate, "endDate");
}

function daysBack(days: number): string {
  return `-${days}d:-1d`;
}

function range(from: string, to: string, field: string): string | ErrorDetail[] {
  return from > to
    ? [{ field, message: `must not end before it starts: ${to} is before ${from}.` }]
    : `${from}:${to}`;
}

function namedPeriod(period: string, now: number): string | ErrorDetail[] {
  const wrong = (message: string) => [{ field: "period", message }];
  if (isDay(period)) return wrong(`must have a first and a last day: send ${period}:${period}.`);
  const [from = "", to = "", ...more] = period.split(":");
  if (isDay(from) && isDay(to) && more.length === 0) return range(from, to, "period");
  const relative = /^-(\d{1,4})d:-(\d{1,4})d$/.exec(period);
  if (relative) {
    const [first, last] = [Number(relative[1]), Number(relative[2])];
    if (first > maxDays) return wrong(`must not begin more than ${maxDays} days back.`);
    return first < last ? wrong(`must not end before it starts: send -${last}d:-${first}d.`) : period;
  }
  const lastDays = /^last_(\d{1,4})_days$/.exec(period);
  if (lastDays) {
    const days = Number(lastDays[1]);
    return days >= 1 && days <= maxDays
      ? daysBack(days)
      : wrong(`must name between 1 and ${maxDays} days, such as last_7_days.`);
  }

  const instead = refused.get(period)?.(new Date(now));
  if (instead) return wrong(`is not taken by Adjust. Send the days themselves, for today ${instead}.`);
  if (/^[a-z][a-z0-9_]{0,63}$/.test(period)) return period;
  return wrong(
    `must be one of ${documentedPeriods.join(", ")}, days such as 2026-01-01:2026-01-31, or days back such as -7d:-1d.`,
  );
}

/** Names that others saw refused and that no relative period replaces: the days that they would mean, in UTC. */
const refused: ReadonlyMap<string, (today: Date) => string> = new Map([
  ["this_year", thisYear],
  ["last_quarter", lastQuarter],
]);

function thisYear(today: Date): string {
  return `${today.getUTCFullYear()}-01-01:${dayOf(today)}`;
}

function lastQuarter(today: Date): string {
  const quarter = Math.floor(today.getUTCMonth() / 3) * 3;
  const first = new Date(Date.UTC(today.getUTCFullYear(), quarter - 3, 1));
  const last = new Date(Date.UTC(today.getUTCFullYear(), quarter, 0));
  return `${dayOf(first)}:${dayOf(last)}`;
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
