import { path, type UpstreamPath } from "../../../upstream/path.ts";
import type { Query } from "../../client.ts";
import type { ProductKind } from "../model.ts";

/** What Apple calls the parts of a kind's prices. Source: Apple's OpenAPI file. */
export interface PointNames {
  /** Type of its price points, in `fields[…]`. */
  points: string;
  /** Price points of an item. */
  pointsOf(id: string): UpstreamPath;
  /** Most price points of one page. */
  pointsLimit: number;
  equalizationsOf(pointId: string): UpstreamPath;
  equalizationsLimit: number;
}

/** The names of a kind that has a price schedule. */
export interface ScheduleNames {
  schedules: string;
  prices: string;
  points: string;
  /** Relationship from a price to its price point. */
  point: string;
  /** Type of the item itself, as Apple's refusals name it. */
  items: string;
  scheduleOf(itemId: string): UpstreamPath;
  schedule(id: string): UpstreamPath;
  manualPrices(id: string): UpstreamPath;
  automaticPrices(id: string): UpstreamPath;
  baseTerritory(id: string): UpstreamPath;
}

/** What has a price schedule; subscriptions have prices for each territory and no schedule. */
export type ScheduledKind = Exclude<ProductKind, "subscription">;

export const pointNames: Readonly<Record<ProductKind, PointNames>> = {
  app: {
    points: "appPricePoints",
    pointsOf: (id) => path`/v1/apps/${id}/appPricePoints`,
    pointsLimit: 200,
    equalizationsOf: (id) => path`/v3/appPricePoints/${id}/equalizations`,
    equalizationsLimit: 200,
  },
  "in-app-purchase": {
    points: "inAppPurchasePricePoints",
    pointsOf: (id) => path`/v2/inAppPurchases/${id}/pricePoints`,
    pointsLimit: 8000,
    equalizationsOf: (id) => path`/v1/inAppPurchasePricePoints/${id}/equalizations`,
    equalizationsLimit: 8000,
  },
  subscription: {
    points: "subscriptionPricePoints",
    pointsOf: (id) => path`/v1/subscriptions/${id}/pricePoints`,
    pointsLimit: 8000,
    equalizationsOf: (id) => path`/v1/subscriptionPricePoints/${id}/equalizations`,
    equalizationsLimit: 8000,
  },
};

export const scheduleNames: Readonly<Record<ScheduledKind, ScheduleNames>> = {
  app: {
    schedules: "appPriceSchedules",
    prices: "appPrices",
    points: "appPricePoints",
    point: "appPricePoint",
    items: "apps",
    scheduleOf: (id) => path`/v1/apps/${id}/appPriceSchedule`,
    schedule: (id) => path`/v1/appPriceSchedules/${id}`,
    manualPrices: (id) => path`/v1/appPriceSchedules/${id}/manualPrices`,
    automaticPrices: (id) => path`/v1/appPriceSchedules/${id}/automaticPrices`,
    baseTerritory: (id) => path`/v1/appPriceSchedules/${id}/baseTerritory`,
  },
  "in-app-purchase": {
    schedules: "inAppPurchasePriceSchedules",
    prices: "inAppPurchasePrices",
    points: "inAppPurchasePricePoints",
    point: "inAppPurchasePricePoint",
    items: "inAppPurchases",
    scheduleOf: (id) => path`/v2/inAppPurchases/${id}/iapPriceSchedule`,
    schedule: (id) => path`/v1/inAppPurchasePriceSchedules/${id}`,
    manualPrices: (id) => path`/v1/inAppPurchasePriceSchedules/${id}/manualPrices`,
    automaticPrices: (id) => path`/v1/inAppPurchasePriceSchedules/${id}/automaticPrices`,
    baseTerritory: (id) => path`/v1/inAppPurchasePriceSchedules/${id}/baseTerritory`,
  },
};

/** Query of price points: nothing but what is used, since a territory has hundreds of them. */
export function pointsQuery({ points }: PointNames): Query {
  // A relationship is in the answer only when it is included and stands in `fields` too.
  return {
    include: "territory",
    [`fields[${points}]`]: "customerPrice,territory",
    "fields[territories]": "currency",
  };
}

/** Query of prices with their price points and territories. */
export function pricesQuery({ prices, points, point }: ScheduleNames): Query {
  return {
    include: `${point},territory`,
    [`fields[${prices}]`]: `startDate,endDate,${point},territory`,
    [`fields[${points}]`]: "customerPrice",
    "fields[territories]": "currency",
  };
}
