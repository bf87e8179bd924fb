import type { Day, PriceChange, PricePoint, PriceSchedule, PriceWarning, Territory } from "../model.ts";
import { type Asked, contradictions } from "./asked.ts";
import { cancel } from "./cancel.ts";
import { fill } from "./fill.ts";
import { presentSchedule } from "./schedule.ts";
import { automatic, intervalsOf, isOver, priceAt, put, type Steps, startAsSeen, stepsOf } from "./steps.ts";
import { overridesUntouched, pinnedPrice, saleBecomesPermanent } from "./warnings.ts";

/**
 * The price of a territory that goes with one of the base by Apple's equalization, from what was read so far; undefined
 * when it was not read yet. Never asked for the base territory itself. What it throws ends the merge.
 */
export type Equalize = (basePoint: PricePoint, territory: Territory) => PricePoint | undefined;

export interface MergeFacts {
  /** The whole schedule as it was read. */
  schedule: PriceSchedule;
  /** Changes of this product, in the order of the call. */
  changes: readonly PriceChange[];
  /** The day in US Pacific time. */
  today: Day;
  equalize: Equalize;
}

/** A merged schedule, or what has to be read before there can be one. */
export type MergeResult =
  | {
      kind: "merged";
      /** As it is to be written today. */
      schedule: PriceSchedule;
      warnings: PriceWarning[];
      /** Territories that the changes name, the base first if they name it; all others are as they were. */
      touched: Territory[];
    }
  | {
      kind: "needs";
      /** Prices of the base whose equalizations must be read; then the merge is called again. */
      equalizations: PricePoint[];
    };

/** Stands in for an equalized price that was not read yet: what is computed with it is thrown away. */
const unread: PricePoint = { id: "", price: "" };

/**
 * Lays changes over a schedule so that every territory and day that they do not name keeps its price, days that follow
 * the base among them.
 *
 * Changes of the base come first, then the others, each in the order given, so that a later one wins on the days they
 * share. Days that have to be pinned are computed last, from the base as it will be. A change that is over already
 * changes nothing: a plan may be applied after the last day of one of its changes.
 *
 * Never needs more than a few rounds: each asks for all prices known to be needed, and only prices of the base as it
 * will be and of the changes can be.
 *
 * @throws what `equalize` throws, such as where Apple offers no equalization.
 */
export function mergeChanges({ schedule, changes, today, equalize }: MergeFacts): MergeResult {
  const base = schedule.baseTerritory;
  const present = presentSchedule(schedule, today);
  const before = new Map([...present.manual].map(([territory, list]) => [territory, stepsOf(list, today)]));
  const after = new Map(before);
  const touched = new Map<Territory, Set<PriceChange>>();
  const asked: Asked[] = [];
  const cancels: PriceWarning[] = [];

  const missing = new Map<string, PricePoint>();
  const equalized = (basePoint: PricePoint, territory: Territory): PricePoint => {
    if (territory === base) return basePoint;
    const found = equalize(basePoint, territory);
    if (found === undefined) missing.set(basePoint.id, basePoint);
    return found ?? unread;
  };

  /** Lays one change over one territory. */
  const lay = (change: PriceChange, territory: Territory) => {
    const steps = after.get(territory) ?? automatic;
    if (change.action === "cancel") {
      const basePoint = priceAt(after.get(base) ?? automatic, today);
      const cancelled = cancel(steps, () => basePoint && equalized(basePoint, territory));
      after.set(territory, cancelled.steps);
      asked.push({ change, territory });
      if (cancelled.keptSale) cancels.push(saleBecomesPermanent(change, territory, cancelled.keptSale));
    } else {
      if (isOver(change.endDate, today)) return;
      const point = change.territory === "*" ? equalized(pointOf(change), territory) : pointOf(change);
      const set = { start: startAsSeen(change.startDate, today), end: change.endDate, point };
      after.set(territory, put(steps, set.start, set.end, point));
      asked.push({ change, territory, set });
    }
    touched.set(territory, (touched.get(territory) ?? new Set()).add(change));
  };

  for (const change of changes) if (namesBase(change, base)) lay(change, base);
  for (const change of changes) for (const territory of othersOf(change, base, after)) lay(change, territory);

  const newBase = after.get(base) ?? automatic;
  const pins: PriceWarning[] = [];
  for (const [territory, by] of touched) {
    if (territory === base) continue;
    const filled = fill(after.get(territory) ?? automatic, newBase, (point) => equalized(point, territory));
    after.set(territory, filled.steps);
    if (filled.pinned.length > 0) pins.push(pinnedPrice([...by], territory, base, filled.pinned));
  }
  if (missing.size > 0) return { kind: "needs", equalizations: [...missing.values()] };

  const ofBase = { territory: base, before: before.get(base) ?? automatic, after: newBase };
  const untouched = new Map([...before].filter(([territory]) => !touched.has(territory)));
  return {
    kind: "merged",
    schedule: written(present, after, touched),
    warnings: [
      ...contradictions(asked),
      ...cancels,
      ...overridesUntouched([...(touched.get(base) ?? [])], ofBase, untouched),
      ...pins,
    ],
    touched: [...touched.keys()],
  };
}

function namesBase({ territory }: PriceChange, base: Territory): boolean {
  return territory === undefined || territory === "*" || territory === base;
}

/** The territories other than the base that a change names, as things stand when its turn comes. */
function othersOf(
  { territory }: PriceChange,
  base: Territory,
  current: ReadonlyMap<Territory, Steps>,
): Territory[] {
  if (territory === undefined || territory === base) return [];
  if (territory !== "*") return [territory];
  return [...current].flatMap(([other, steps]) =>
    other !== base && steps.some(({ point }) => point !== null) ? [other] : [],
  );
}

function pointOf({ index, point }: PriceChange): PricePoint {
  if (point === undefined) throw new TypeError(`changes[${index}] sets a price and has none.`);
  return point;
}

/** Touched territories as they come out of the merge, all others exactly as they were. */
function written(
  present: PriceSchedule,
  after: ReadonlyMap<Territory, Steps>,
  touched: ReadonlyMap<Territory, unknown>,
): PriceSchedule {
  const manual = [...after].flatMap(([territory, steps]) => {
    const intervals = touched.has(territory) ? intervalsOf(steps) : (present.manual.get(territory) ?? []);
    return intervals.length === 0 ? [] : [[territory, intervals] as const];
  });
  return { baseTerritory: present.baseTerritory, manual: new Map(manual) };
}
