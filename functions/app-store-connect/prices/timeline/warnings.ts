import type { PriceChange, PriceInterval, PriceWarning, Territory } from "../model.ts";
import type { Cancelled } from "./cancel.ts";
import { cutsOf, priceAt, type Steps, samePoint } from "./steps.ts";
import { intervalInWords, listed, placeOf, priceInWords } from "./words.ts";

/** That a cancel in the middle of a sale keeps the price of the sale. */
export function saleBecomesPermanent(
  change: PriceChange,
  territory: Territory,
  { point, end, next }: NonNullable<Cancelled["keptSale"]>,
): PriceWarning {
  const was = `Today's price of ${priceInWords(point, territory)} was to end on ${end}, with ${priceInWords(next, territory)} after it.`;
  // Without the cancel a price of the base that changes meanwhile is followed from that day on.
  const instead =
    next === null
      ? ` Leave the cancel out where ${territory} is to follow the base again from that day on.`
      : "";
  return {
    code: "sale_becomes_permanent",
    message: `${was} ${placeOf(change)} cancels that, so that today's price becomes permanent.${instead}`,
    changes: [change.index],
    territory,
  };
}

/** That days had to be pinned, since Apple is not known to accept the price that was asked for without them. */
export function pinnedPrice(
  changes: readonly PriceChange[],
  territory: Territory,
  base: Territory,
  pinned: readonly PriceInterval[],
): PriceWarning {
  const days = listed(pinned.map(intervalInWords));
  return {
    code: "pinned_price",
    message: `${territory} is pinned at its automatic price on days that lead to a price set by hand: ${days}. On these days it no longer follows the base territory ${base} by itself.`,
    changes: changes.map(({ index }) => index),
    territory,
  };
}

/**
 * That changes of the base leave territories alone that have manual prices of their own on days that change. At most
 * one warning, which names them all.
 */
export function overridesUntouched(
  changes: readonly PriceChange[],
  base: { territory: Territory; before: Steps; after: Steps },
  untouched: ReadonlyMap<Territory, Steps>,
): PriceWarning[] {
  const overridden = [...untouched].flatMap(([territory, steps]) => {
    const changedByHand = cutsOf(base.before, base.after, steps).some(
      (day) =>
        priceAt(steps, day) !== null && !samePoint(priceAt(base.before, day), priceAt(base.after, day)),
    );
    return changedByHand ? [territory] : [];
  });
  const [only, ...more] = overridden;
  if (only === undefined) return [];
  const them = listed(overridden);
  const keep =
    more.length === 0
      ? "has a manual price of its own on these days and keeps it"
      : "have manual prices of their own on these days and keep them";
  return [
    {
      code: "override_untouched",
      message: `Only the base territory ${base.territory} is named by ${listed(changes.map(placeOf))}: ${them} ${keep}. Name the territory * to change every such territory too.`,
      changes: changes.map(({ index }) => index),
      ...(more.length === 0 ? { territory: only } : {}),
    },
  ];
}
