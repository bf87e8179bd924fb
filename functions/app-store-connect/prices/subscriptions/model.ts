/**
 * The words of subscription prices. They differ from those of apps and in-app purchases: every territory has a price of
 * its own, none follows a base, and a price has a start and no end. Source: Apple's OpenAPI file, schemas
 * `SubscriptionPrice` and `SubscriptionPriceCreateRequest`. All of it is plain JSON, since plans are stored.
 */
import type { Day, PricePoint, Territory } from "../model.ts";

/** What new subscribers pay in one territory from a day on, until the next such price of the territory. */
export interface StartingPrice {
  /** Apple's ID; absent on a price that is still to be made. */
  id?: string;
  territory: Territory;
  /** Null: since ever. */
  startDate: Day | null;
  point: PricePoint;
}

/** The first price of one territory. */
export interface FirstPrice {
  territory: Territory;
  point: PricePoint;
}

/** A price change of one territory. */
export interface NewPrice {
  territory: Territory;
  /** Null: at once, which Apple takes only before a subscription is approved. */
  startDate: Day | null;
  point: PricePoint;
  /** Whether present subscribers keep their old price; absent where there are none. */
  preserveCurrentPrice?: boolean;
  /** The same price was scheduled for that day and is removed before, since Apple changes no choice about subscribers. */
  again?: boolean;
}

/** A price that has not begun and is to go. */
export interface GonePrice {
  territory: Territory;
  startDate: Day;
  /** Apple's ID. */
  id: string;
}

/**
 * One write upstream.
 *
 * `first`: `PATCH /v1/subscriptions/{id}` with inline prices, for a subscription that has none: a POST answers 500 there.
 * `delete`: `DELETE /v1/subscriptionPrices/{id}`. `create`: `POST /v1/subscriptionPrices`.
 */
export type SubscriptionWrite =
  | { kind: "first"; prices: readonly FirstPrice[] }
  | ({ kind: "delete" } & GonePrice)
  | ({ kind: "create" } & NewPrice);

/** What a plan holds for one subscription. */
export interface PlannedSubscription {
  /** What new subscribers pay, in every territory, when it was planned. */
  before: readonly StartingPrice[];
  /** In the order in which they are sent. */
  writes: readonly SubscriptionWrite[];
  after: readonly StartingPrice[];
}

/**
 * States in which a subscription was never approved, so that it has no subscribers and its prices change at once. Every
 * other state, also one that Apple may add, counts as approved: a start on a later day is taken in either.
 */
const neverApproved = new Set(["MISSING_METADATA", "READY_TO_SUBMIT"]);

/** Whether a subscription in that state may have subscribers, and so takes no price of today. */
export function mayHaveSubscribers(state: string | undefined): boolean {
  return state === undefined || !neverApproved.has(state);
}
