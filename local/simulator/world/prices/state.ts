import type { Place } from "./price-tables.ts";
import { PriceTables, twin } from "./price-tables.ts";

/** A price that was set by hand, on the days from `startDate` until before `endDate`. */
export interface ManualPrice {
  territory: string;
  place: Place;
  /** `YYYY-MM-DD` in US Pacific time; null: since ever. */
  startDate: string | null;
  /** The first day on which it no longer holds; null: without end. */
  endDate: string | null;
}

export interface Schedule {
  baseTerritory: string;
  manual: readonly ManualPrice[];
}

/** A price of a subscription from a day on; null: since it was first sold. */
export interface SubscriptionPrice {
  place: Place;
  startDate: string | null;
  /** Whether who subscribed before pays the price before. */
  preservesCurrent: boolean;
}

/** What is particular about an app or product. */
export interface ItemPricing {
  /** Absent: the default one, which follows from its id. Null: it has none. */
  schedule?: Schedule | null;
  /** Added to the codes of its points, so that they disagree with those of all other items. */
  codeShift?: number;
  /** Its point and price ids can not be decoded. */
  opaqueIds?: boolean;
  /** The key has no right to its prices: every call is answered 403. */
  foreign?: boolean;
}

/** All that the world knows of prices. What is not in here follows from ids, so that 10,000 products stay small. */
export interface PriceState {
  readonly tables: PriceTables;
  readonly items: Map<string, ItemPricing>;
  /** Prices of subscriptions, by Apple ID and territory; a subscription that is absent has its default ones. */
  readonly subscriptions: Map<string, Map<string, SubscriptionPrice[]>>;
  /** Places by territory whose amount a second point shares. */
  readonly twins: Map<string, readonly Place[]>;
  /** Writes of prices that were accepted, by Apple ID. */
  readonly writes: Map<string, number>;
  /** Accepts timelines of territories that nobody has seen Apple accept; default false. */
  acceptUnproven: boolean;
}

export function createPriceState(): PriceState {
  return {
    tables: new PriceTables(),
    items: new Map(),
    subscriptions: new Map(),
    twins: new Map(),
    writes: new Map(),
    acceptUnproven: false,
  };
}

/** 0.99 to 19.99 by whole dollars. */
const defaultPrices = 20;

/** What an item costs in the United States unless it was said otherwise: `n.99`, by the number of its id. */
export function defaultPlace(prices: PriceState, id: string): Place {
  const dollars = Number(id) % defaultPrices;
  return prices.tables.placeOf("USA", `${dollars}.99`) ?? 0;
}

/** The schedule of an app or in-app purchase; null when it has none. */
export function scheduleOf(prices: PriceState, id: string): Schedule | null {
  const set = prices.items.get(id)?.schedule;
  if (set !== undefined) return set;
  const only = { territory: "USA", place: defaultPlace(prices, id), startDate: null, endDate: null };
  return { baseTerritory: "USA", manual: [only] };
}

/** Changes what is particular about an item. */
export function setItem(prices: PriceState, id: string, changes: ItemPricing): void {
  prices.items.set(id, { ...prices.items.get(id), ...changes });
}

/** Counts a write that was accepted. */
export function countWrite(prices: PriceState, id: string): void {
  prices.writes.set(id, (prices.writes.get(id) ?? 0) + 1);
}

/** Makes a second point of the same amount.
 *
 * @throws Error for an amount that the territory does not have. */
export function shareAmount(prices: PriceState, territory: string, price: string): void {
  const place = prices.tables.placeOf(territory, price);
  if (place === undefined) throw new Error(`${territory} has no price of ${price}.`);
  prices.twins.set(territory, [...(prices.twins.get(territory) ?? []), place]);
}

/** The code that an item's points have for a place. */
export function codeOf(prices: PriceState, id: string, territory: string, place: Place): number {
  return prices.tables.code(territory, place) + (prices.items.get(id)?.codeShift ?? 0);
}

/** The place that a code of an item stands for; undefined when it has no such point. */
export function placeOfCode(
  prices: PriceState,
  id: string,
  territory: string,
  code: number,
): Place | undefined {
  if (!prices.tables.has(territory)) return undefined;
  const place = prices.tables.place(territory, code - (prices.items.get(id)?.codeShift ?? 0));
  if (place === undefined || place < twin) return place;
  return prices.twins.get(territory)?.includes(place - twin) ? place : undefined;
}
