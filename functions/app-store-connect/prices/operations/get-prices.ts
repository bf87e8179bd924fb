import * as Type from "typebox";
import { operation } from "../../../operation.ts";
import { flag, list, words } from "../../../schema.ts";
import { appStoreConnectKinds } from "../../client.ts";
import { app, product } from "../fields.ts";
import { loadWork } from "../load-work.ts";

/** An app as plans and price lists name it. */
export const PricedApp = Type.Object(
  {
    id: words("Apple ID", "Apple ID of the app."),
    bundleId: words("Bundle ID", "Bundle ID of the app."),
    name: words("Name", "Name of the app."),
  },
  { title: "Priced app", "x-ms-summary": "App", description: "The app." },
);

/** What has a price, as plans and price lists name it. */
export const PricedProduct = Type.Object(
  {
    id: words("Apple ID", "Apple ID of the product; that of the app for the app itself."),
    productId: Type.Optional(words("Product ID", "Product ID. Absent for the app itself.")),
    name: words("Name", "Reference name of the product; the name of the app for the app itself."),
    kind: words("Kind", "What it is: app, in-app-purchase or subscription."),
    type: Type.Optional(words("Type", "Type of an in-app purchase, such as CONSUMABLE.")),
    state: Type.Optional(words("State", "State of the product, such as APPROVED. Absent for apps.")),
  },
  { title: "Priced product", "x-ms-summary": "Product", description: "What has the prices." },
);

const Price = Type.Object(
  {
    territory: words("Territory", "Code of the territory, such as USA."),
    price: words("Price", "What customers pay, such as 4.99."),
    currency: Type.Optional(words("Currency", "Currency of the price, such as USD.")),
    startDate: Type.Optional(
      words("Start date", "First day of the price in US Pacific time. Absent: since ever."),
    ),
    endDate: Type.Optional(
      words("End date", "The first day on which the price no longer holds. Absent: without end."),
    ),
    manual: flag("Manual", "Whether it was set by hand; else it follows the base territory."),
    inForce: flag("In force", "Whether new customers pay it today."),
    preserved: Type.Optional(
      flag("Preserved", "Whether it is kept for those who subscribed at it. Only for subscriptions."),
    ),
    planType: Type.Optional(
      words("Plan type", "Billing plan of a subscription, such as UPFRONT or MONTHLY, where Apple names it."),
    ),
  },
  { title: "Price" },
);

export const getPrices = operation({
  id: "GetPrices",
  summary: "Get prices",
  description:
    "Gets every price of an app, an in-app purchase or a subscription: in all territories, set by hand and automatic, of today and scheduled.",
  method: "GET",
  route: "app-store-connect/prices",
  visibility: "important",
  credentials: appStoreConnectKinds,
  input: { app, product: Type.Optional(product) },
  output: Type.Object({
    app: PricedApp,
    product: PricedProduct,
    baseTerritory: Type.Optional(
      words(
        "Base territory",
        "Territory that the automatic prices follow. Absent for subscriptions, and where there is no price schedule.",
      ),
    ),
    today: words("Today", "The day in US Pacific time for which prices are in force."),
    current: list("Current prices", "The prices of today, one for each territory.", Price),
    prices: list("Prices", "Every price, the base territory first.", Price),
  }),
  async run({ app, product }, scope) {
    const { oneProduct, openPriceReader, pacificDay, pricesOf } = await loadWork();
    const reader = await openPriceReader(scope);
    const found = await oneProduct(reader, { app, ...(product !== undefined && { product }) });
    const today = pacificDay(scope.runtime.now());
    const { baseTerritory, prices } = await pricesOf(reader, found, today);
    const { app: itsApp, ...rest } = found;
    return {
      app: itsApp,
      product: rest,
      ...(baseTerritory !== undefined && { baseTerritory }),
      today,
      current: prices.filter(({ inForce }) => inForce),
      prices,
    };
  },
});
