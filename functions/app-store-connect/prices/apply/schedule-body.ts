import type { PricedProduct, PriceSchedule } from "../model.ts";
import { namesOf } from "../read/schedule.ts";

/**
 * The body that sets a whole price schedule, which replaces the one that is there. Sources: Apple's OpenAPI file,
 * schemas `AppPriceScheduleCreateRequest` and `InAppPurchasePriceScheduleCreateRequest`; that local IDs have to be
 * written `${…}` is what Apple's refusals say.
 */
export function scheduleBody(product: PricedProduct, { baseTerritory, manual }: PriceSchedule): unknown {
  const { schedules, prices, points, point, items } = namesOf(product);
  const isApp = product.kind === "app";
  const item = { data: { type: items, id: product.id } };
  const included = [...manual.values()].flat().map(({ startDate, endDate, point: { id } }, place) => ({
    type: prices,
    id: `\${price-${place}}`,
    attributes: { startDate, endDate },
    relationships: {
      [point]: { data: { type: points, id } },
      ...(!isApp && { inAppPurchaseV2: item }),
    },
  }));
  return {
    data: {
      type: schedules,
      relationships: {
        [isApp ? "app" : "inAppPurchase"]: item,
        baseTerritory: { data: { type: "territories", id: baseTerritory } },
        manualPrices: { data: included.map(({ type, id }) => ({ type, id })) },
      },
    },
    included,
  };
}
