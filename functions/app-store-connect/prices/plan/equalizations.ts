import type { PricedProduct, PricePoint, Territory } from "../model.ts";
import { type PriceReader, readEqualizations } from "../read/index.ts";
import { Rejection } from "./rejection.ts";

/** Equalizations that were read for one product so far. */
export interface Equalizations {
  read(points: readonly PricePoint[]): Promise<void>;
  /**
   * The price of a territory that corresponds to one of the base; undefined where that one's were not read.
   *
   * @throws Rejection where Apple offers none for the territory.
   */
  find(point: PricePoint, territory: Territory): PricePoint | undefined;
}

/** @param baseTerritory corresponds to itself: Apple's lists leave it out. */
export function createEqualizations(
  reader: PriceReader,
  product: PricedProduct,
  baseTerritory: Territory,
): Equalizations {
  const known = new Map<string, ReadonlyMap<Territory, PricePoint>>();
  return {
    async read(points) {
      for (const point of points) {
        if (!known.has(point.id)) known.set(point.id, await readEqualizations(reader, product, point));
      }
    },
    find(point, territory) {
      if (territory === baseTerritory) return point;
      const all = known.get(point.id);
      const equal = all?.get(territory);
      if (!all || equal) return equal;
      throw new Rejection(
        "no_equalization",
        `Apple names no price in ${territory} that corresponds to ${point.price} in ${baseTerritory}.`,
      );
    },
  };
}
