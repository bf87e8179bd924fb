import { percentChange } from "../amounts.ts";
import type { Day, PriceSchedule, Territory } from "../model.ts";
import type { Equalize } from "./merge.ts";
import { automatic, compareTexts, cutsOf, priceAt, type Steps, sinceEver, stepsOf } from "./steps.ts";

/** Days of a territory on which neither the price before nor the price after changes. */
export interface PriceRow {
  territory: Territory;
  /** First day; null: today. */
  from: Day | null;
  /** The first day that is not among them any more; null: without end. */
  to: Day | null;
  /** Amount in the currency of the territory; undefined where it is automatic and not known. */
  before: string | undefined;
  after: string | undefined;
  /** Change from before to after in percent, to 2 decimals; undefined where one is unknown or `before` is 0. */
  percent: number | undefined;
}

/**
 * Two schedules of one product side by side, from today on: for each territory that has a manual price in one of them,
 * the base first, then by code.
 *
 * @param today the day in US Pacific time.
 * @param equalize asked for days on which a territory follows the base; where it knows nothing, the amount is unknown.
 * @throws what `equalize` throws.
 */
export function compareSchedules(facts: {
  before: PriceSchedule;
  after: PriceSchedule;
  today: Day;
  equalize: Equalize;
}): PriceRow[] {
  const { today, equalize } = facts;
  const [before, after] = [present(facts.before, today), present(facts.after, today)];
  const base = facts.after.baseTerritory;
  const territories = [...new Set([...before.steps.keys(), ...after.steps.keys()])].toSorted((a, b) =>
    a === base ? -1 : b === base ? 1 : compareTexts(a, b),
  );
  return territories.flatMap((territory) => {
    const cuts = cutsOf(...timelines(before, territory), ...timelines(after, territory));
    const amounts = cuts.map((day) => ({
      day,
      before: amountOn(before, territory, day, equalize),
      after: amountOn(after, territory, day, equalize),
    }));
    const changes = amounts.filter((one, place) => {
      const last = amounts[place - 1];
      return last === undefined || last.before !== one.before || last.after !== one.after;
    });
    return changes.map(({ day, ...prices }, place) => ({
      territory,
      from: day === sinceEver ? null : day,
      to: changes[place + 1]?.day ?? null,
      ...prices,
      percent: percentChange(prices.before, prices.after),
    }));
  });
}

interface Present {
  base: Territory;
  steps: ReadonlyMap<Territory, Steps>;
}

function present({ baseTerritory, manual }: PriceSchedule, today: Day): Present {
  const steps = [...manual].map(([territory, intervals]) => [territory, stepsOf(intervals, today)] as const);
  return {
    base: baseTerritory,
    steps: new Map(steps.filter(([, list]) => list.some(({ point }) => point !== null))),
  };
}

/** What a territory's price hangs on: its own steps and those of the base. */
function timelines({ base, steps }: Present, territory: Territory): Steps[] {
  return [steps.get(territory) ?? automatic, steps.get(base) ?? automatic];
}

function amountOn(
  { base, steps }: Present,
  territory: Territory,
  day: Day,
  equalize: Equalize,
): string | undefined {
  const own = priceAt(steps.get(territory) ?? automatic, day);
  if (own !== null) return own.price;
  const basePoint = priceAt(steps.get(base) ?? automatic, day);
  return basePoint === null || territory === base ? undefined : equalize(basePoint, territory)?.price;
}
