import assert from "node:assert/strict";
import fc from "fast-check";
import type {
  Day,
  PriceChange,
  PriceInterval,
  PricePoint,
  PriceSchedule,
  Territory,
} from "../../../../functions/app-store-connect/prices/model.ts";
import {
  type MergeResult,
  mergeChanges,
} from "../../../../functions/app-store-connect/prices/timeline/index.ts";

/** Days that are looked at, one by one, from today on: past every edge that a world has. */
export const horizon = 500;

/** The base, territories that may have manual prices, and one that follows the base unless a change names it. */
export const base = "USA";
export const others: readonly Territory[] = ["DEU", "FRA", "JPN", "GBR"];
export const territories: readonly Territory[] = [base, ...others];

/** A price point of a made-up product: the higher its tier the higher its price. */
export function point(territory: Territory, tier: number): PricePoint {
  return { id: `${territory}-${tier}`, price: `${tier}.99` };
}

export function tierOf({ id }: PricePoint): number {
  return Number(id.slice(4));
}

/** Equalization here: two tiers of the base fall on one elsewhere, so that different prices may become equal. */
export function equalizedTo(basePoint: PricePoint, territory: Territory): PricePoint {
  assert.ok(basePoint.id.startsWith(base), `${basePoint.id} is no price of the base`);
  assert.notEqual(territory, base);
  return point(territory, Math.floor(tierOf(basePoint) / 2) + others.indexOf(territory));
}

/** A day of the calendar, `offset` days from `today`; computed without the code under test. */
export function dayAt(today: Day, offset: number): Day {
  return new Date(Date.parse(`${today}T12:00:00Z`) + offset * 86_400_000).toISOString().slice(0, 10);
}

/** A schedule, changes of it, and a day on which to merge them. */
export interface World {
  today: Day;
  schedule: PriceSchedule;
  changes: PriceChange[];
}

/** Near today for the most part, so that edges fall together, on today and into the past. */
const offset = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -4, max: 12 }) },
  { weight: 2, arbitrary: fc.integer({ min: -60, max: 480 }) },
);
const tier = fc.integer({ min: 1, max: 7 });
const today = fc.integer({ min: 0, max: 1_500 }).map((days) => dayAt("2026-01-01", days));

/** Edges of a timeline and what holds between them, null where it is automatic. */
function partition(price: fc.Arbitrary<number | null>, maxEdges: number) {
  return fc
    .uniqueArray(offset, { maxLength: maxEdges })
    .map((edges) => edges.toSorted((a, b) => a - b))
    .chain((edges) =>
      fc.tuple(
        fc.constant(edges),
        fc.array(price, { minLength: edges.length + 1, maxLength: edges.length + 1 }),
      ),
    );
}

function intervals(
  territory: Territory,
  now: Day,
  [edges, prices]: readonly [number[], (number | null)[]],
): PriceInterval[] {
  const edge = (place: number) => {
    const at = edges[place];
    return at === undefined ? null : dayAt(now, at);
  };
  return prices.flatMap((price, place) =>
    price === null
      ? []
      : [{ startDate: edge(place - 1), endDate: edge(place), point: point(territory, price) }],
  );
}

const target = fc.constantFrom<Territory | undefined>(undefined, undefined, "*", "*", ...territories);

const wishes = fc.record({
  territory: target,
  cancel: fc.integer({ min: 0, max: 4 }).map((roll) => roll === 0),
  tier,
  start: fc.option(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 100 })), { freq: 3 }),
  length: fc.option(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 360 })), { freq: 3 }),
});

/** One wish of the generator as a change of the call. */
function changeOf(now: Day, index: number, wish: typeof wishes extends fc.Arbitrary<infer T> ? T : never) {
  const { territory, start, length } = wish;
  const named = territory === undefined ? {} : { territory };
  if (wish.cancel) return { index, action: "cancel", ...named, startDate: null, endDate: null } as const;
  const currency = territory === undefined || territory === "*" ? base : territory;
  return {
    index,
    action: "set",
    ...named,
    point: point(currency, wish.tier),
    startDate: start === null ? null : dayAt(now, start),
    endDate: length === null ? null : dayAt(now, (start ?? 0) + length),
  } as const;
}

/** Random schedules of every shape that Apple takes, or may have taken, with one to four changes. */
export const worlds: fc.Arbitrary<World> = fc
  .tuple(
    today,
    partition(tier, 8),
    fc.array(partition(fc.option(tier, { freq: 2 }), 5), { minLength: 3, maxLength: 3 }),
    fc.array(wishes, { minLength: 1, maxLength: 4 }),
  )
  .map(([now, ofBase, ofOthers, asked]) => ({
    today: now,
    schedule: {
      baseTerritory: base,
      manual: new Map(
        [[base as Territory, intervals(base, now, ofBase)] as const]
          .concat(
            ofOthers.map((one, place) => {
              const territory = others[place] ?? "";
              return [territory, intervals(territory, now, one)] as const;
            }),
          )
          .filter(([, list]) => list.length > 0),
      ),
    },
    changes: asked.map((wish, index) => changeOf(now, index, wish)),
  }));

/** Merges as a caller does: reads what is needed and asks again, with nothing read at first. */
export function merge(world: World): Extract<MergeResult, { kind: "merged" }> & { rounds: number } {
  const read = new Set<string>();
  for (let rounds = 1; rounds <= 5; rounds++) {
    const result = mergeChanges({
      ...world,
      equalize: (basePoint, territory) =>
        read.has(basePoint.id) ? equalizedTo(basePoint, territory) : undefined,
    });
    if (result.kind === "merged") return { ...result, rounds };
    assert.notEqual(result.equalizations.length, 0);
    for (const { id } of result.equalizations) {
      assert.ok(!read.has(id), `${id} was read already`);
      read.add(id);
    }
  }
  return assert.fail("the merge does not come to an end");
}

/** Number of a day from today on, within what is looked at; `open` where there is none. */
function place(day: Day | null, now: Day, open: number): number {
  if (day === null) return open;
  const days = Math.round((Date.parse(day) - Date.parse(now)) / 86_400_000);
  return Math.min(Math.max(days, 0), horizon);
}

/** Numbers of the days from `startDate` until before `endDate`, today being 0. */
export function daysOf(
  { startDate, endDate }: { startDate: Day | null; endDate: Day | null },
  now: Day,
): number[] {
  const [first, end] = [place(startDate, now, 0), place(endDate, now, horizon)];
  return Array.from({ length: Math.max(end - first, 0) }, (_, index) => first + index);
}

/** The manual price of a territory on each day, null where it is automatic. */
export function manualDays(schedule: PriceSchedule, territory: Territory, now: Day): (PricePoint | null)[] {
  const days = new Array<PricePoint | null>(horizon).fill(null);
  for (const interval of schedule.manual.get(territory) ?? []) {
    for (const day of daysOf(interval, now)) {
      if (days[day] !== null) assert.fail(`${territory} has two prices on ${dayAt(now, day)}`);
      days[day] = interval.point;
    }
  }
  return days;
}

/** What a territory costs on each day, as IDs: its own price, or the equalized one of the base. */
export function pricesBy(
  ofBase: readonly (PricePoint | null)[],
  own: readonly (PricePoint | null)[],
  territory: Territory,
): string[] {
  const found = new Map<PricePoint, string>();
  return own.map((price, day) => {
    if (price !== null) return price.id;
    const basePoint = ofBase[day] ?? assert.fail(`the base has no price on day ${day}`);
    const id = found.get(basePoint) ?? equalizedTo(basePoint, territory).id;
    found.set(basePoint, id);
    return id;
  });
}
