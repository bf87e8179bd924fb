/** The names that a kind of item has for its prices. */
export interface PriceKind {
  /** Type of the item itself. */
  items: "apps" | "inAppPurchases" | "subscriptions";
  points: "appPricePoints" | "inAppPurchasePricePoints" | "subscriptionPricePoints";
  /** Relationship of a price to its point. */
  pointOfPrice: "appPricePoint" | "inAppPurchasePricePoint" | "subscriptionPricePoint";
  prices: "appPrices" | "inAppPurchasePrices" | "subscriptionPrices";
  /** Shares of a price that the developer gets, in percent. */
  shares: Readonly<Record<string, number>>;
}

/** A kind whose prices are a schedule. */
export interface ScheduleKind extends PriceKind {
  items: "apps" | "inAppPurchases";
  schedules: "appPriceSchedules" | "inAppPurchasePriceSchedules";
  /** Relationship of a new schedule to its item. */
  itemOfSchedule: "app" | "inAppPurchase";
}

export const appPrices: ScheduleKind = {
  items: "apps",
  points: "appPricePoints",
  pointOfPrice: "appPricePoint",
  prices: "appPrices",
  shares: { proceeds: 70 },
  schedules: "appPriceSchedules",
  itemOfSchedule: "app",
};

export const inAppPurchasePrices: ScheduleKind = {
  items: "inAppPurchases",
  points: "inAppPurchasePricePoints",
  pointOfPrice: "inAppPurchasePricePoint",
  prices: "inAppPurchasePrices",
  shares: { proceeds: 70 },
  schedules: "inAppPurchasePriceSchedules",
  itemOfSchedule: "inAppPurchase",
};

export const subscriptionPrices: PriceKind = {
  items: "subscriptions",
  points: "subscriptionPricePoints",
  pointOfPrice: "subscriptionPricePoint",
  prices: "subscriptionPrices",
  shares: { proceeds: 70, proceedsYear2: 85 },
};

export const priceKinds: readonly PriceKind[] = [appPrices, inAppPurchasePrices, subscriptionPrices];
