import { parseAmount } from "../amounts.ts";
import type { PricePoint } from "../model.ts";

/** What to do with an amount that Apple does not offer. */
export const roundings = ["exact", "nearest", "down", "up"] as const;

export type Rounding = (typeof roundings)[number];

/** A price point, or why there is none. */
export type PointChoice = { point: PricePoint } | { code: string; message: string };

interface Offer {
  amount: bigint;
  point: PricePoint;
}

/**
 * The price point of an amount. Rounding never makes something free: 0 is only taken where 0 was asked for.
 *
 * @param points those of the product in one territory.
 * @param where names them in the error, such as `USD in USA`.
 */
export function choosePoint(
  points: readonly PricePoint[],
  wanted: string,
  rounding: Rounding,
  where: string,
): PointChoice {
  const amount = parseAmount(wanted);
  if (amount === undefined) return { code: "price_not_found", message: `${wanted} is not an amount.` };
  const offers = points
    .flatMap((point): Offer[] => {
      const value = parseAmount(point.price);
      return value === undefined ? [] : [{ amount: value, point }];
    })
    .sort((a, b) => (a.amount < b.amount ? -1 : a.amount > b.amount ? 1 : 0));
  const below = offers.findLast((offer) => offer.amount < amount && offer.amount > 0n);
  const above = offers.find((offer) => offer.amount > amount && offer.amount > 0n);
  const chosen = offers.some((offer) => offer.amount === amount)
    ? amount
    : round({ amount, below, above, rounding })?.amount;
  if (chosen === undefined) {
    return {
      code: "price_not_found",
      message: `Apple offers no price of ${wanted} ${where}. ${neighbours(below, above, rounding)}`,
    };
  }
  const found = new Map(
    offers.filter((offer) => offer.amount === chosen).map(({ point }) => [point.id, point]),
  );
  const [point] = found.values();
  if (point && found.size === 1) return { point };
  return {
    code: "price_ambiguous",
    message: `Apple has ${found.size} price points of ${point?.price ?? wanted} ${where}, and an amount does not tell which one is meant. Choose another amount.`,
  };
}

function round({
  amount,
  below,
  above,
  rounding,
}: {
  amount: bigint;
  below: Offer | undefined;
  above: Offer | undefined;
  rounding: Rounding;
}): Offer | undefined {
  switch (rounding) {
    case "exact":
      return undefined;
    case "down":
      return below;
    case "up":
      return above;
    case "nearest":
      if (!below || !above) return below ?? above;
      // Of two that are equally near the lower one, in the customer's favour.
      return above.amount - amount < amount - below.amount ? above : below;
  }
}

function neighbours(below: Offer | undefined, above: Offer | undefined, rounding: Rounding): string {
  const near = [below, above].flatMap((offer) => (offer ? [offer.point.price] : []));
  if (near.length === 0) return "It offers none at all there.";
  const last = near.at(-1) ?? "";
  const named = near.length === 2 ? `The nearest are ${near.join(" and ")}.` : `The nearest is ${last}.`;
  return rounding === "exact" ? `${named} Use one of them, or set rounding.` : named;
}
