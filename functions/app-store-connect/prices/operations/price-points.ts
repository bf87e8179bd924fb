import * as Type from "typebox";
import { conform } from "../../../conform.ts";
import { isObject } from "../../../json.ts";
import { listOperation } from "../../../list.ts";
import { lookUp } from "../../../look-up.ts";
import { words } from "../../../schema.ts";
import { appStoreConnectKinds } from "../../client.ts";
import type { FlatResource } from "../../flatten.ts";
import { app, product, territory } from "../fields.ts";
import { loadWork } from "../load-work.ts";
import { changeFields } from "../plan/change-input.ts";

/**
 * Source of names: Apple's OpenAPI file, schemas `AppPricePointV3`, `InAppPurchasePricePoint` and
 * `SubscriptionPricePoint`; `customerPrice` is called `price`, as everywhere here.
 */
const PricePoint = Type.Object(
  {
    id: words(
      "Price point ID",
      "ID of the price point. It belongs to this product and this territory alone.",
    ),
    price: Type.Optional(words("Price", "What customers pay, such as 4.99.")),
    currency: Type.Optional(words("Currency", "Currency of the price, such as USD.")),
    territory: words("Territory", "Code of the territory, such as USA."),
    proceeds: Type.Optional(words("Proceeds", "What the developer gets of it.")),
    proceedsYear2: Type.Optional(
      words("Proceeds after one year", "What the developer gets of a subscription after its first year."),
    ),
  },
  { title: "Price point" },
);

export const listPricePoints = listOperation({
  id: "ListPricePoints",
  summary: "List price points",
  description:
    "Lists the prices that Apple offers for an app, an in-app purchase or a subscription in one territory.",
  route: "app-store-connect/price-points",
  credentials: appStoreConnectKinds,
  input: { app, product: Type.Optional(product), territory: Type.Optional(territory) },
  item: PricePoint,
  async run({ app, product, territory }, scope, wish) {
    const { oneProduct, openPriceReader, pointNames, territoryOrBase } = await loadWork();
    const reader = await openPriceReader(scope);
    const found = await oneProduct(reader, { app, ...(product !== undefined && { product }) });
    const wanted = await territoryOrBase(reader, found, territory);
    const { pointsOf, points } = pointNames[found.kind];
    const proceeds = found.kind === "subscription" ? "proceeds,proceedsYear2" : "proceeds";
    const page = await reader.connect.page(
      pointsOf(found.id),
      {
        "filter[territory]": wanted,
        include: "territory",
        [`fields[${points}]`]: `customerPrice,${proceeds},territory`,
        "fields[territories]": "currency",
      },
      wish,
    );
    const { value, ...rest } = page;
    // The filter is only a pre-selection.
    const rows = value.map(rowOf).filter((row) => row.territory === wanted);
    return { ...rest, value: rows };
  },
});

function rowOf({ id, customerPrice, proceeds, proceedsYear2, territory, territoryId }: FlatResource) {
  return conform(PricePoint, {
    id,
    price: customerPrice,
    currency: isObject(territory) ? territory.currency : undefined,
    territory: territoryId,
    proceeds,
    proceedsYear2,
  });
}

export const lookUpPrices = lookUp({
  id: "LookUpPrices",
  summary: "Look up prices",
  description: "Fills the dropdown of prices.",
  route: "app-store-connect/look-ups/prices",
  credentials: appStoreConnectKinds,
  input: { app, product: Type.Optional(product), territory: changeFields.territory },
  ordered: true,
  async run({ app, product, territory }, scope) {
    const { namedTerritory, oneProduct, openPriceReader, readCurrencies, readPricePoints } = await loadWork();
    const reader = await openPriceReader(scope);
    const found = await oneProduct(reader, { app, ...(product !== undefined && { product }) });
    const wanted = await namedTerritory(reader, found, territory);
    const points = await readPricePoints(reader, found, wanted);
    const currency = (await readCurrencies(reader)).get(wanted);
    const amounts = [...new Set(points.map(({ price }) => price))];
    return amounts
      .sort((a, b) => Number(a) - Number(b))
      .map((price) => ({ id: price, title: currency === undefined ? price : `${currency} ${price}` }));
  },
});
