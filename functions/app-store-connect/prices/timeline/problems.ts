import type { Day, PriceInterval, PriceSchedule, Territory } from "../model.ts";
import { isDay } from "./days.ts";
import { inOrder } from "./steps.ts";
import { intervalInWords } from "./words.ts";

/** Something in a schedule that Apple refuses. */
export interface ScheduleProblem {
  territory: Territory;
  /** A full sentence. */
  message: string;
}

/**
 * What Apple would refuse of a schedule, by the rules that its errors state: `INVALID_INTERVAL` (a gap or an overlap),
 * `INVALID_START_DATE`, `INVALID_END_DATE` and `BASE_TERRITORY_INTERVAL_REQUIRED`.
 *
 * @param today the day in US Pacific time.
 * @returns nothing when the schedule can be written today.
 */
export function scheduleProblems(schedule: PriceSchedule, today: Day): ScheduleProblem[] {
  const { baseTerritory: base, manual } = schedule;
  const problems: ScheduleProblem[] = [];
  for (const [territory, unsorted] of manual) {
    const intervals = inOrder(unsorted);
    const messages = [
      ...intervals.flatMap((interval) => inItself(interval, today)),
      ...intervals.flatMap((interval, place) => overlap(intervals[place - 1], interval)),
      ...(territory === base ? notCovered(intervals) : []),
    ];
    problems.push(...messages.map((message) => ({ territory, message: `${territory}: ${message}` })));
  }
  if ((manual.get(base) ?? []).length === 0) {
    problems.push({ territory: base, message: `${base}: the base territory needs a manual price.` });
  }
  return problems;
}

function inItself(interval: PriceInterval, today: Day): string[] {
  const { startDate, endDate } = interval;
  const what = `the price ${intervalInWords(interval)}`;
  const wrongDays = [startDate, endDate].filter((day) => day !== null && !isDay(day));
  if (wrongDays.length > 0) return wrongDays.map((day) => `${what} has a date that does not exist, ${day}.`);
  return [
    ...(startDate !== null && endDate !== null && endDate <= startDate
      ? [`${what} ends before it starts.`]
      : []),
    ...(startDate !== null && startDate < today ? [`${what} starts in the past, before ${today}.`] : []),
    ...(endDate !== null && endDate <= today ? [`${what} is over on ${today} already.`] : []),
  ];
}

function overlap(before: PriceInterval | undefined, interval: PriceInterval): string[] {
  if (before === undefined) return [];
  const clear =
    before.endDate !== null && interval.startDate !== null && before.endDate <= interval.startDate;
  return clear
    ? []
    : [`the prices ${intervalInWords(before)} and ${intervalInWords(interval)} hold on the same days.`];
}

/** The base must have a price on every day. */
function notCovered(intervals: readonly PriceInterval[]): string[] {
  const [first, last] = [intervals[0], intervals.at(-1)];
  return [
    ...(first !== undefined && first.startDate !== null
      ? [`the first price of the base territory starts on ${first.startDate}, and must have no start.`]
      : []),
    ...intervals.flatMap(({ startDate }, place) => {
      const end = intervals[place - 1]?.endDate ?? null;
      return end !== null && startDate !== null && end < startDate
        ? [`the base territory has no price from ${end} until before ${startDate}.`]
        : [];
    }),
    ...(last !== undefined && last.endDate !== null
      ? [`the last price of the base territory ends on ${last.endDate}, and must have no end.`]
      : []),
  ];
}
