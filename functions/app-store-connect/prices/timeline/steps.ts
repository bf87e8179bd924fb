import type { Day, PriceInterval, PricePoint } from "../model.ts";

/** In place of a day: since ever. Sorts before every day. */
export const sinceEver = "";

/**
 * A price that holds from a day until the next step. Null is automatic: equalized from the base territory.
 */
export interface Step {
  /** A day, or {@link sinceEver}. */
  from: Day;
  point: PricePoint | null;
}

/**
 * What one territory costs on every day from today on: the first step is there since ever, the others follow in order,
 * and no two neighbours are equal.
 */
export type Steps = readonly Step[];

/** A territory that has no price of its own. */
export const automatic: Steps = [{ from: sinceEver, point: null }];

/** Whether two prices of one product in one territory are the same. */
export function samePoint(a: PricePoint | null, b: PricePoint | null): boolean {
  return a?.id === b?.id;
}

/** Neighbours of equal price as one step. */
export function join(steps: Steps): Steps {
  return steps.filter((step, place) => {
    const before = steps[place - 1];
    return before === undefined || !samePoint(before.point, step.point);
  });
}

/** The price in force on a day; null where it is automatic. */
export function priceAt(steps: Steps, day: Day): PricePoint | null {
  return steps.findLast(({ from }) => from <= day)?.point ?? null;
}

/** Where a step ends: the day on which the next one starts; null for the last one. */
export function endOf(steps: Steps, place: number): Day | null {
  return steps[place + 1]?.from ?? null;
}

/**
 * Sets the price of the days from `start` until before `end`, and of no other day.
 *
 * @param start a day, or {@link sinceEver}.
 * @param end null: without end.
 */
export function put(steps: Steps, start: Day, end: Day | null, point: PricePoint | null): Steps {
  if (end !== null && end <= start) return steps;
  const before = steps.filter(({ from }) => from < start);
  // Read from the old steps: what held there is what comes back at the end.
  const rest =
    end === null
      ? []
      : [{ from: end, point: priceAt(steps, end) }, ...steps.filter(({ from }) => from > end)];
  return join([...before, { from: start, point }, ...rest]);
}

/** A start as the steps have it: today, the past and none are the same. */
export function startAsSeen(start: Day | null, today: Day): Day {
  return start === null || start <= today ? sinceEver : start;
}

/** Whether something that ends on a day has no day left. */
export function isOver(end: Day | null, today: Day): boolean {
  return end !== null && end <= today;
}

/** The steps of a territory from its manual prices, without what is past. */
export function stepsOf(intervals: readonly PriceInterval[] | undefined, today: Day): Steps {
  return inOrder(intervals ?? [])
    .filter(({ endDate }) => !isOver(endDate, today))
    .reduce(
      (steps, { startDate, endDate, point }) => put(steps, startAsSeen(startDate, today), endDate, point),
      automatic,
    );
}

/** The manual prices that steps stand for: everything that is not automatic. */
export function intervalsOf(steps: Steps): PriceInterval[] {
  return steps.flatMap(({ from, point }, place) =>
    point === null
      ? []
      : [{ startDate: from === sinceEver ? null : from, endDate: endOf(steps, place), point }],
  );
}

/** Intervals sorted by start, those without one first. */
export function inOrder(intervals: readonly PriceInterval[]): PriceInterval[] {
  return intervals.toSorted((a, b) => compareTexts(a.startDate ?? sinceEver, b.startDate ?? sinceEver));
}

/** Whether two territories cost the same on every day, by the same steps. */
export function sameSteps(a: Steps, b: Steps): boolean {
  return (
    a.length === b.length &&
    a.every(({ from, point }, place) => {
      const other = b[place];
      return other !== undefined && from === other.from && samePoint(point, other.point);
    })
  );
}

/** Every day on which one of several timelines has a step, in order and once. */
export function cutsOf(...timelines: readonly Steps[]): Day[] {
  return [...new Set(timelines.flatMap((steps) => steps.map(({ from }) => from)))].toSorted(compareTexts);
}

/** Order by code units, so that it is the same on every machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
