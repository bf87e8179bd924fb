import type { ResourceStore } from "../resources.ts";
import { type PriceState, type SubscriptionPrice, scheduleOf } from "./state.ts";

/** A manual price with its amount. A type, not an interface, so that it counts as JSON. */
export type ManualPriceOverview = {
  territory: string;
  price: string;
  startDate: string | null;
  endDate: string | null;
};

/** The prices of an app or product, for comparing. */
export type ItemOverview = {
  id: string;
  type: "apps" | "inAppPurchases" | "subscriptions";
  /** Null: it has no schedule. Absent for subscriptions, which have none. */
  baseTerritory?: string | null;
  manualPrices?: ManualPriceOverview[];
  /** Prices of a subscription that were set since the world was made, by territory. */
  subscriptionPrices?: Record<string, (Omit<SubscriptionPrice, "place"> & { price: string })[]>;
  /** Writes of its prices that were accepted. */
  writes: number;
};

function scheduleOverview(prices: PriceState, type: "apps" | "inAppPurchases", id: string): ItemOverview {
  const schedule = scheduleOf(prices, id);
  const manualPrices = (schedule?.manual ?? []).map(({ territory, place, startDate, endDate }) => ({
    territory,
    price: prices.tables.price(territory, place),
    startDate,
    endDate,
  }));
  const baseTerritory = schedule?.baseTerritory ?? null;
  return { id, type, baseTerritory, manualPrices, writes: prices.writes.get(id) ?? 0 };
}

function subscriptionOverview(prices: PriceState, id: string): ItemOverview {
  const set = [...(prices.subscriptions.get(id) ?? [])].map(([territory, list]) => [
    territory,
    list.map(({ place, ...rest }) => ({ price: prices.tables.price(territory, place), ...rest })),
  ]);
  const writes = prices.writes.get(id) ?? 0;
  return { id, type: "subscriptions", subscriptionPrices: Object.fromEntries(set), writes };
}

/** The prices of every app, in-app purchase and subscription, and how often each was written. */
export function priceOverview(prices: PriceState, resources: ResourceStore): ItemOverview[] {
  return [
    ...resources.all("apps").map(({ id }) => scheduleOverview(prices, "apps", id)),
    ...resources.all("inAppPurchases").map(({ id }) => scheduleOverview(prices, "inAppPurchases", id)),
    ...resources.all("subscriptions").map(({ id }) => subscriptionOverview(prices, id)),
  ];
}
