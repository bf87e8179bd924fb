import type { StartingPrice } from "../subscriptions/index.ts";

/** Prices with the day on which the next one of the territory takes their place. Sorted by territory and start. */
export function withEnds(prices: readonly StartingPrice[]) {
  return prices.map((price, place) => {
    const next = prices[place + 1];
    return { ...price, endDate: next?.territory === price.territory ? next.startDate : null };
  });
}
