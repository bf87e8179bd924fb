import { sameAmount } from "../amounts.ts";
import type { PricedProduct, PricePoint, Territory } from "../model.ts";
import { choosePoint } from "../plan/choose-point.ts";
import { Rejection } from "../plan/rejection.ts";
import { type PriceReader, readCurrencies, readPricePoints } from "../read/index.ts";

/** Finds the price points that old prices have now. */
export interface PointsNow {
  /**
   * The point of the same amount. What is kept of a job is an ID and an amount, and only the amount is sure to mean the
   * same later.
   *
   * @throws Rejection `price_not_found`, `price_ambiguous`.
   */
  find(territory: Territory, old: PricePoint): Promise<PricePoint>;
}

/**
 * @param present prices of the product by territory, as Apple states them now: they tell whether it has the price points
 *   of the shared look-ups, and are taken for what they are.
 * @param reference a territory of them that is asked first.
 */
export async function openPointsNow(
  reader: PriceReader,
  product: PricedProduct,
  present: ReadonlyMap<Territory, readonly PricePoint[]>,
  reference: Territory | undefined,
): Promise<PointsNow> {
  const currencies = await readCurrencies(reader);
  const stated = (territory: Territory) => present.get(territory) ?? [];
  let asked: Promise<unknown> | undefined;
  return {
    async find(territory, old) {
      const same = stated(territory).find(({ id, price }) => id === old.id && sameAmount(price, old.price));
      if (same) return same;
      if (reference !== undefined && reference !== territory) {
        asked ??= readPricePoints(reader, product, reference, stated(reference));
        await asked;
      }
      const points = await readPricePoints(reader, product, territory, stated(territory), {
        own: present.size === 0,
      });
      // Of several points of one amount it is the one that it was.
      const was = points.find(({ id, price }) => id === old.id && sameAmount(price, old.price));
      if (was) return was;
      const currency = currencies.get(territory) ?? "";
      const choice = choosePoint(points, old.price, "exact", `${currency} in ${territory}`.trim());
      if ("code" in choice) {
        throw new Rejection(choice.code, `The old price cannot be set again. ${choice.message}`);
      }
      return choice.point;
    },
  };
}
