import type { Day, PriceInterval, PricePoint } from "../model.ts";
import { compareTexts, cutsOf, endOf, intervalsOf, join, priceAt, type Step, type Steps } from "./steps.ts";

/** Steps of a territory in a shape that Apple is known to accept, and the days that were pinned for it. */
export interface Filled {
  steps: Steps;
  /** In order, neighbours of equal price joined. */
  pinned: PriceInterval[];
}

/**
 * Brings a territory other than the base into a shape that Apple is known to accept: manual prices without a gap from
 * the beginning on, or one price that has a start and no end. Days that would break it are pinned at the automatic
 * price, cut at each step of the base, so that every day costs what it would have cost.
 *
 * Days after the last manual price are never pinned: there the automatic price returns.
 *
 * @param base the base territory as it will be. Its old prices would pin what no longer holds.
 * @param equalized the price in this territory that goes with one of the base.
 */
export function fill(steps: Steps, base: Steps, equalized: (basePoint: PricePoint) => PricePoint): Filled {
  const pinned: Step[] = [];
  const pin = (from: Day, end: Day): Step[] => {
    const cuts = [from, ...cutsOf(base).filter((day) => day > from && day < end)];
    const pins = cuts.map((day) => {
      const basePoint = priceAt(base, day);
      return { from: day, point: basePoint === null ? null : equalized(basePoint) };
    });
    pinned.push(...pins, { from: end, point: null });
    return pins;
  };
  const pinWhere = (timeline: Steps, wanted: (place: number) => boolean): Steps =>
    join(
      timeline.flatMap((step, place) => {
        const end = endOf(timeline, place);
        return step.point === null && end !== null && wanted(place) ? pin(step.from, end) : [step];
      }),
    );

  // Gaps first, since joined with them a first price may turn out to have no end, and then needs no lead.
  const gapless = pinWhere(steps, (place) => place > 0);
  const firstPriceEnds = gapless.length > 2;
  const shaped = pinWhere(gapless, (place) => place === 0 && firstPriceEnds);
  const inOrder = pinned.toSorted((a, b) => compareTexts(a.from, b.from));
  return { steps: shaped, pinned: intervalsOf(join(inOrder)) };
}
