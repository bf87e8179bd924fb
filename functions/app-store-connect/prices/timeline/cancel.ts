import { isAbove } from "../amounts.ts";
import type { PricePoint } from "../model.ts";
import { automatic, endOf, type Step, type Steps, samePoint, sinceEver } from "./steps.ts";

/** What a cancel leaves of a territory. */
export interface Cancelled {
  steps: Steps;
  /** The step of today, where the cancel takes its end away in the middle of a sale. */
  keptSale?: { point: PricePoint; end: string; next: PricePoint | null };
}

/**
 * Removes what is scheduled for the future: today's price stays, without end.
 *
 * A territory whose price is automatic today stays automatic, and so does one that would have ended automatic and whose
 * price today is the automatic one anyway: both lose all their entries.
 *
 * @param automaticToday the automatic price of today by the base as it will be; asked only where it matters.
 */
export function cancel(steps: Steps, automaticToday: () => PricePoint | null): Cancelled {
  const [today] = steps;
  if (today === undefined || today.point === null) return { steps: automatic };
  const endsAutomatic = steps.at(-1)?.point === null;
  if (endsAutomatic && samePoint(today.point, automaticToday())) return { steps: automatic };
  const kept: Steps = [{ from: sinceEver, point: today.point }];
  const end = endOf(steps, 0);
  const next = steps[1];
  if (end === null || next === undefined || !endsSale(today.point, next, endsAutomatic)) {
    return { steps: kept };
  }
  return { steps: kept, keptSale: { point: today.point, end, next: next.point } };
}

/**
 * A price for a time is a sale when a higher one comes after it. Where the automatic price was to return in the end,
 * every price for a time that a cancel keeps is worth a warning.
 */
function endsSale(today: PricePoint, next: Step, endsAutomatic: boolean): boolean {
  return endsAutomatic || next.point === null || isAbove(next.point.price, today.price);
}
