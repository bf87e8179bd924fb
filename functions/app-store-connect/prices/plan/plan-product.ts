import type { PricedProduct } from "../model.ts";
import { type PriceReader, readCurrencies } from "../read/index.ts";
import type { CheckedChange } from "./check-changes.ts";
import { type Planning, planSchedule } from "./plan-schedule.ts";
import { rejectionOf } from "./rejection.ts";
import { namesOf, type StoredPlan, toPrices, toRejectedPlan, toStoredPlan } from "./stored-plan.ts";

/**
 * Plans the changes of one product.
 *
 * @throws RelayError for what is wrong with the service; what is wrong with the product stands in its plan.
 */
export async function planProduct(
  reader: PriceReader,
  product: PricedProduct,
  changes: readonly CheckedChange[],
  planning: Planning,
): Promise<StoredPlan> {
  const places = changes.map(({ index }) => index);
  try {
    const currencies = await readCurrencies(reader);
    const { before, after, ...rest } = await planSchedule(reader, product, changes, planning);
    const { baseTerritory } = after;
    return toStoredPlan(
      product,
      places,
      { ...rest, baseTerritory, before: toPrices(before, currencies), after: toPrices(after, currencies) },
      currencies,
    );
  } catch (thrown) {
    return toRejectedPlan(namesOf(product), places, rejectionOf(thrown), product);
  }
}
