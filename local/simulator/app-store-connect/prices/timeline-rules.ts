import type { Refused } from "../../core/reply.ts";
import { byStart } from "../../world/prices/automatic.ts";
import type { ManualPrice, Schedule } from "../../world/prices/state.ts";
import { refuse } from "../errors.ts";

const pointer = "/data/relationships/manualPrices";

function timelineError(code: string, detail: string): Refused {
  const title = "There is a problem with the request entity";
  return refuse(409, { code: `ENTITY_ERROR.${code}`, title, detail, source: { pointer } });
}

function shown({ startDate, endDate }: ManualPrice): string {
  const day = (date: string | null) => (date === null ? "null" : `${date}T00:00`);
  return `[${day(startDate)} - ${day(endDate)}]`;
}

function checkDays({ startDate, endDate }: ManualPrice, today: string): void {
  if (startDate !== null && startDate < today)
    throw timelineError("INVALID_START_DATE", "Interval can not have a start date in the past");
  if (endDate !== null && endDate <= today)
    throw timelineError("INVALID_END_DATE", "Interval can not have an end date in the past");
  if (startDate !== null && endDate !== null && endDate <= startDate)
    throw timelineError("INVALID_END_DATE", "Interval must not end before it starts");
}

type Pair = readonly [before: ManualPrice, after: ManualPrice];

function neighbours(prices: readonly ManualPrice[]): Pair[] {
  return prices.slice(1).map((after, index): Pair => [prices[index] ?? after, after]);
}

function checkOverlaps(territory: string, prices: readonly ManualPrice[]): void {
  for (const [before, after] of neighbours(prices)) {
    if (before.endDate !== null && after.startDate !== null && before.endDate <= after.startDate) continue;
    const intervals = `${shown(before)} and ${shown(after)}`;
    const detail = `Adjacent intervals must not intersect for ${territory}: ${intervals}`;
    throw timelineError("INVALID_INTERVAL", detail);
  }
}

function checkGaps(territory: string, prices: readonly ManualPrice[]): void {
  for (const [before, after] of neighbours(prices)) {
    if (before.endDate === after.startDate) continue;
    const gap = `Adjacent intervals must not have a gap in between: ${shown(before)} and ${shown(after)}`;
    throw timelineError("INVALID_INTERVAL", `Entire timeline must be covered for ${territory}. ${gap}`);
  }
}

function checkBase(territory: string, prices: readonly ManualPrice[]): void {
  const [first, last] = [prices[0], prices.at(-1)];
  if (first === undefined || last === undefined)
    throw timelineError(
      "BASE_TERRITORY_INTERVAL_REQUIRED",
      "There must be at least one manual price for the base territory.",
    );
  const covered = `Entire timeline must be covered for ${territory}.`;
  if (first.startDate !== null) {
    const start = `${first.startDate}T00:00`;
    const detail = `${covered} The first interval has a start date ${start} in the future`;
    throw timelineError("INVALID_START_DATE", detail);
  }
  checkOverlaps(territory, prices);
  checkGaps(territory, prices);
  if (last.endDate !== null)
    throw timelineError("INVALID_END_DATE", `${covered} Rightmost interval must not have an end date`);
}

/**
 * Shapes of a territory that nobody has seen Apple accept: a gap between two manual prices, and prices that leave the
 * days before the first and after the last one automatic.
 */
function checkUnproven(territory: string, prices: readonly ManualPrice[]): void {
  checkGaps(territory, prices);
  const [first, last] = [prices[0], prices.at(-1)];
  if (first === undefined || last === undefined) return;
  if (first.startDate === null || last.endDate === null) return;
  const detail = `Intervals for ${territory} must not be bounded on both sides: ${shown(first)}`;
  throw timelineError("INVALID_INTERVAL", detail);
}

/**
 * Checks the timelines of a new schedule, the base territory's first. Starts of today are null already.
 *
 * @param today US Pacific date.
 * @throws Refused 409 with Apple's code of the rule.
 */
export function checkTimelines(schedule: Schedule, today: string, acceptUnproven: boolean): void {
  const { baseTerritory, manual } = schedule;
  for (const price of manual) checkDays(price, today);
  const territories = new Set(manual.map(({ territory }) => territory));
  const timeline = (territory: string) =>
    manual.filter((price) => price.territory === territory).sort(byStart);
  checkBase(baseTerritory, timeline(baseTerritory));
  for (const territory of territories) {
    if (territory === baseTerritory) continue;
    const prices = timeline(territory);
    checkOverlaps(territory, prices);
    if (!acceptUnproven) checkUnproven(territory, prices);
  }
}
