/**
 * The words of prices, as Apple uses them. Sources: Apple's OpenAPI file, schemas `AppPriceSchedule`,
 * `InAppPurchasePriceSchedule`, `InAppPurchasePrice`, `InAppPurchasePricePoint`, `SubscriptionPrice`.
 */

/** A day in US Pacific time, `YYYY-MM-DD`: Apple's prices change at midnight there. Days compare as texts. */
export type Day = string;

/** Code of a territory, three letters of ISO 3166, such as `USA`. */
export type Territory = string;

/** What can have a price. */
export type ProductKind = "app" | "in-app-purchase" | "subscription";

/** An app as a plan names it. */
export interface PricedApp {
  /** Apple ID. */
  id: string;
  bundleId: string;
  name: string;
}

/** A thing with a price: an app itself, or a product of it. */
export interface PricedProduct {
  kind: ProductKind;
  /** Apple ID; that of the app for the app itself. */
  id: string;
  app: PricedApp;
  /** Absent for the app itself. */
  productId?: string;
  name: string;
  /** Apple's own word, such as `CONSUMABLE`; absent for apps and subscriptions. */
  type?: string;
  /** Apple's own word, such as `APPROVED`; absent for apps. */
  state?: string;
}

/** A price that Apple offers for one product in one territory. */
export interface PricePoint {
  /** Apple's ID. It belongs to one product and one territory and is valid for no other. */
  id: string;
  /** What customers pay, a decimal as Apple writes it, such as `4.99`. Its currency is that of the territory. */
  price: string;
}

/** A price that was set by hand, on the days from `startDate` until before `endDate`. */
export interface PriceInterval {
  /** Null: since ever. */
  startDate: Day | null;
  /** The first day on which it no longer holds; null: without end. */
  endDate: Day | null;
  point: PricePoint;
}

/**
 * The price schedule of an app or an in-app purchase. A territory that is not in it, and every day that its intervals
 * leave open, follows the base territory by Apple's equalization.
 */
export interface PriceSchedule {
  baseTerritory: Territory;
  /** Manual prices of each territory, sorted by start. */
  manual: ReadonlyMap<Territory, readonly PriceInterval[]>;
}

/** Something that is not wrong but that a maker should know before a plan is applied. */
export interface PriceWarning {
  /** Stable, snake_case. */
  code: string;
  /** A full sentence, with what it is about named in it. */
  message: string;
  /** Places of the changes it is about, in the call. */
  changes?: readonly number[];
  territory?: Territory;
}

/** A change of one product's prices, with its amount found already. */
export interface PriceChange {
  /** Place of the change in the call, from 0. */
  index: number;
  action: "set" | "cancel";
  /** Absent: the base territory. `*`: the base and every territory with a manual price of its own that is not over. */
  territory?: Territory | "*";
  /** The price point to set: in the base territory, unless one other territory is named. Only for `set`. */
  point?: PricePoint;
  /** First day; null: now. */
  startDate: Day | null;
  /** The first day on which the change no longer holds; null: it stays. Only for `set`. */
  endDate: Day | null;
  /**
   * Subscriptions only: whether present subscribers keep their old price. Required where there may be any; Apple's own
   * word. Only for `set`.
   */
  preserveCurrentPrice?: boolean;
}
