import type { Day, PriceChange, PricePoint, PriceWarning, Territory } from "../model.ts";
import { samePoint, sinceEver } from "./steps.ts";
import { daysInWords, listed, placeOf } from "./words.ts";

/** A price for some days of a territory. */
export interface AskedSet {
  /** A day, or {@link sinceEver}. */
  start: Day;
  end: Day | null;
  point: PricePoint;
}

/** What one change asks for in one territory, in the order in which changes are laid. */
export interface Asked {
  change: PriceChange;
  territory: Territory;
  /** Absent: a cancel. */
  set?: AskedSet;
}

interface Clash {
  earlier: PriceChange;
  later: PriceChange;
  /** Where they meet: days and prices in words. */
  places: string[];
  territories: Territory[];
}

/**
 * Warnings of changes that contradict each other: different prices for the same territory and day, where the later one
 * wins, and prices that a later cancel takes back. One warning for each pair of changes, however many territories.
 */
export function contradictions(asked: readonly Asked[]): PriceWarning[] {
  const overlaps = new Map<string, Clash>();
  const takenBack = new Map<string, Clash>();
  const setsOf = new Map<Territory, { change: PriceChange; set: AskedSet }[]>();
  for (const { change, territory, set } of asked) {
    const sets = setsOf.get(territory) ?? [];
    setsOf.set(territory, sets);
    if (set === undefined) {
      for (const earlier of sets.splice(0)) note(takenBack, earlier.change, change, territory, territory);
      continue;
    }
    for (const earlier of sets) {
      const days = sharedDays(earlier.set, set);
      if (days === undefined || samePoint(earlier.set.point, set.point)) continue;
      const prices = `${earlier.set.point.price} and ${set.point.price} in ${territory} ${days}`;
      note(overlaps, earlier.change, change, territory, prices);
    }
    sets.push({ change, set });
  }
  return [
    ...warnings("changes_overlap", overlaps, (earlier, later, places) => {
      const plain = `${earlier} and ${later} set different prices on the same days: ${places}.`;
      return `${plain} ${later} wins on these days, because it comes later.`;
    }),
    ...warnings("change_cancelled", takenBack, (earlier, later, places) => {
      const plain = `${later} cancels in ${places} what ${earlier} sets there for the future.`;
      return `${plain} Put the cancel first where the price is meant to move.`;
    }),
  ];
}

function note(
  clashes: Map<string, Clash>,
  earlier: PriceChange,
  later: PriceChange,
  territory: Territory,
  place: string,
): void {
  const key = `${earlier.index} ${later.index}`;
  const clash = clashes.get(key) ?? { earlier, later, places: [], territories: [] };
  clashes.set(key, clash);
  clash.places.push(place);
  clash.territories.push(territory);
}

function warnings(
  code: string,
  clashes: ReadonlyMap<string, Clash>,
  sentence: (earlier: string, later: string, places: string) => string,
): PriceWarning[] {
  return [...clashes.values()].map(({ earlier, later, places, territories: [territory, ...more] }) => ({
    code,
    message: sentence(placeOf(earlier), placeOf(later), listed(places)),
    changes: [earlier.index, later.index],
    ...(territory === undefined || more.length > 0 ? {} : { territory }),
  }));
}

/** The days of both, in words; undefined when there are none. */
function sharedDays(a: AskedSet, b: AskedSet): string | undefined {
  const start = a.start > b.start ? a.start : b.start;
  const end = a.end === null || (b.end !== null && b.end < a.end) ? b.end : a.end;
  if (end !== null && end <= start) return undefined;
  return daysInWords(start === sinceEver ? null : start, end);
}
