import { invalidInput, RelayError } from "../../../errors.ts";
import type { PricedProduct, Territory } from "../model.ts";
import {
  isScheduled,
  type PriceReader,
  type ProductWish,
  readSchedule,
  readSubscriptionPrices,
  resolveProducts,
} from "../read/index.ts";
import { referenceTerritory } from "../subscriptions/index.ts";

/**
 * The one product that a call names.
 *
 * @throws RelayError `not_found` of App Store Connect, or `invalid_input` where it stands for several, with the field.
 */
export async function oneProduct(reader: PriceReader, wish: ProductWish): Promise<PricedProduct> {
  const [found] = await resolveProducts(reader, [wish]);
  if (!found) throw new TypeError("A wish was not answered.");
  if ("product" in found) return found.product;
  const { code, message, hint, details } = found.error;
  const facts = { message, hint, ...(details && { details }) };
  if (code === "ambiguous_product") throw new RelayError("invalid_input", facts);
  throw new RelayError("not_found", { ...facts, source: "app-store-connect" });
}

/**
 * The territory that a call names, else the base territory of the product.
 *
 * @throws RelayError `invalid_input` for a subscription; `rejected` where there is no price schedule.
 */
export async function territoryOrBase(
  reader: PriceReader,
  product: PricedProduct,
  territory: Territory | undefined,
): Promise<Territory> {
  if (territory !== undefined) return territory;
  if (!isScheduled(product)) {
    throw invalidInput([{ field: "territory", message: "is needed: a subscription has no base territory." }]);
  }
  const schedule = await readSchedule(reader, product);
  if (schedule) return schedule.baseTerritory;
  throw new RelayError("rejected", {
    message: `${product.name} has no price schedule, and so no base territory.`,
    hint: "Name the territory.",
    source: "app-store-connect",
    details: [{ field: "territory", message: "is needed: the product has no price schedule." }],
  });
}

/**
 * The territory whose currency the price of a change is in: the one that is named, else the base. `*` is meant in the
 * base's, or in the reference territory's of a subscription.
 */
export async function namedTerritory(
  reader: PriceReader,
  product: PricedProduct,
  territory: Territory | undefined,
): Promise<Territory> {
  if (territory !== "*") return territoryOrBase(reader, product, territory);
  if (isScheduled(product)) return territoryOrBase(reader, product, undefined);
  const reference = referenceTerritory(await readSubscriptionPrices(reader, product));
  if (reference !== undefined) return reference;
  throw invalidInput([
    { field: "territory", message: "must be one territory: the subscription has no price in USA." },
  ]);
}
