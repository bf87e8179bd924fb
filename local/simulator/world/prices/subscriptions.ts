import type { Resource } from "../resources.ts";
import { territories } from "../territories.ts";
import { defaultPlace, type PriceState, type SubscriptionPrice } from "./state.ts";

/** Whether customers may have bought it: what decides how its prices can be changed. */
export function isApproved({ attributes }: Resource): boolean {
  const states = ["APPROVED", "DEVELOPER_REMOVED_FROM_SALE", "REMOVED_FROM_SALE"];
  return states.includes(String(attributes.state));
}

/**
 * The prices of a subscription in a territory, sorted by start, those that are over among them. One that was approved
 * has a price that follows from its id everywhere; one that was not has none until it is given some.
 */
export function subscriptionPricesOf(
  prices: PriceState,
  subscription: Resource,
  territory: string,
): readonly SubscriptionPrice[] {
  const set = prices.subscriptions.get(subscription.id)?.get(territory);
  if (set !== undefined) return set;
  if (!isApproved(subscription)) return [];
  const place = prices.tables.equalize("USA", defaultPlace(prices, subscription.id), territory);
  return [{ place, startDate: null, preservesCurrent: false }];
}

/** Puts other prices in the place of those of a territory. */
export function setSubscriptionPrices(
  prices: PriceState,
  id: string,
  territory: string,
  list: readonly SubscriptionPrice[],
): void {
  const all = prices.subscriptions.get(id) ?? new Map<string, SubscriptionPrice[]>();
  const start = (price: SubscriptionPrice) => price.startDate ?? "";
  all.set(
    territory,
    list.toSorted((a, b) => (start(a) < start(b) ? -1 : 1)),
  );
  prices.subscriptions.set(id, all);
}

/** A price as Apple shows it. */
export interface ShownSubscriptionPrice extends SubscriptionPrice {
  territory: string;
  /** It is over, and holds for who subscribed before. */
  preserved: boolean;
}

/** The prices that hold today or later, and those that are preserved, in all territories. */
export function shownSubscriptionPrices(
  prices: PriceState,
  subscription: Resource,
  today: string,
): ShownSubscriptionPrice[] {
  return territories.flatMap(({ id: territory }) => {
    const list = subscriptionPricesOf(prices, subscription, territory);
    return list.flatMap((price, index) => {
      const next = list[index + 1];
      const over = next !== undefined && (next.startDate ?? "") <= today;
      return over && !next.preservesCurrent ? [] : [{ ...price, territory, preserved: over }];
    });
  });
}
