import type { PricedProduct, PricePoint, Territory } from "../model.ts";
import { type PriceReader, readCurrencies, readPricePoints } from "../read/index.ts";
import type { CheckedChange } from "./check-changes.ts";
import { choosePoint, type Rounding } from "./choose-point.ts";
import { Rejection } from "./rejection.ts";

/**
 * The price point of a change, found by its amount in a territory; undefined where the change sets none.
 *
 * @param stated the product's prices there, as Apple states them.
 * @throws Rejection `territory_not_found`, `currency_mismatch`, `price_not_found`, `price_ambiguous`.
 */
export async function findPoint(
  reader: PriceReader,
  product: PricedProduct,
  change: CheckedChange,
  facts: { territory: Territory; stated: readonly PricePoint[]; rounding: Rounding },
): Promise<PricePoint | undefined> {
  const { territory, stated, rounding } = facts;
  const { place, action, price } = change;
  const currency = (await readCurrencies(reader)).get(territory);
  if (currency === undefined) {
    throw new Rejection(
      "territory_not_found",
      `The App Store has no territory ${territory}.`,
      `${place}territory`,
    );
  }
  if (change.currency !== undefined && change.currency !== currency) {
    throw new Rejection(
      "currency_mismatch",
      `Prices in ${territory} are in ${currency}, not in ${change.currency}.`,
      `${place}currency`,
    );
  }
  if (action === "cancel" || price === undefined) return undefined;
  const points = await readPricePoints(reader, product, territory, stated);
  const choice = choosePoint(points, price, rounding, `${currency} in ${territory}`);
  if ("code" in choice) throw new Rejection(choice.code, choice.message, `${place}price`);
  return choice.point;
}
