import * as Type from "typebox";
import { group, integer, list, number, orNull, words } from "../../../schema.ts";

/** A manual price as plans and results show it. */
export const PlannedPrice = Type.Object(
  {
    territory: words("Territory", "Territory, such as USA."),
    price: words("Price", "What customers pay, such as 4.99."),
    currency: Type.Optional(words("Currency", "Currency of the price, such as USD.")),
    startDate: orNull(words("Start date", "First day of the price; empty when it holds already.")),
    endDate: orNull(
      words("End date", "First day on which the price no longer holds; empty when it has no end."),
    ),
    pricePointId: words("Price point ID", "Apple's ID of the price."),
  },
  { title: "Planned price" },
);

export type PlannedPrice = Type.Static<typeof PlannedPrice>;

export const PlanWarning = Type.Object(
  {
    code: words("Code", "What the warning is about, as a stable code."),
    message: words("Message", "The warning in words."),
  },
  { title: "Price warning" },
);

/** A change of the price in one territory on some days, flat: a line of a spreadsheet. */
export const PlanRow = Type.Object(
  {
    appBundleId: words("App", "Bundle ID of the app."),
    product: words("Product", "Product ID; that of the app itself is empty."),
    productName: words("Product name", "Reference name of the product, or name of the app."),
    territory: words("Territory", "Territory, such as USA."),
    currency: words("Currency", "Currency of the prices, such as USD."),
    from: orNull(words("From", "First day; empty for today.")),
    to: orNull(words("To", "First day on which it no longer holds; empty for no end.")),
    before: orNull(words("Before", "Price before the change; empty where it is not known.")),
    after: orNull(words("After", "Price after the change; empty where it is not known.")),
    percent: orNull(number("Percent", "Change in percent, such as -50.")),
  },
  { title: "Price change row" },
);

export type PlanRow = Type.Static<typeof PlanRow>;

export const PlanError = group("Error", "Why the product is rejected; empty where it is not.", {
  code: words("Code", "Why the item is rejected, as a stable code."),
  message: words("Message", "Why the item is rejected."),
  field: Type.Optional(words("Field", "Field of the call that is wrong, such as changes[3].price.")),
});

export type PlanError = Type.Static<typeof PlanError>;

/** What a plan says of one product. */
export const PlanItem = Type.Object(
  {
    app: group("App", "The app.", {
      id: Type.Optional(words("App Apple ID", "Apple ID of the app.")),
      bundleId: Type.Optional(words("App bundle ID", "Bundle ID of the app.")),
      name: Type.Optional(words("App name", "Name of the app.")),
    }),
    product: orNull(
      group("Product", "The product; empty for the app itself.", {
        id: Type.Optional(words("Product Apple ID", "Apple ID of the product.")),
        productId: Type.Optional(words("Product ID", "Product ID.")),
        name: Type.Optional(words("Product name", "Reference name of the product.")),
        type: Type.Optional(words("Product type", "Type of the product, such as CONSUMABLE.")),
      }),
    ),
    baseTerritory: Type.Optional(
      words("Base territory", "Territory whose price those without one of their own follow."),
    ),
    changes: list(
      "Changes",
      "Places of the changes in the call, from 0.",
      integer("Change", "Place of a change."),
    ),
    status: words("Status", "What the plan does with the product: changed, unchanged or rejected."),
    before: list("Before", "Prices set by hand, as they are now.", PlannedPrice),
    after: list("After", "Prices set by hand, as they will be.", PlannedPrice),
    rows: list("Rows", "What changes, by territory and days.", PlanRow),
    percent: orNull(number("Percent", "The largest change in percent, such as -50.")),
    warnings: list("Warnings", "What should be known before the plan is applied.", PlanWarning),
    error: orNull(PlanError),
  },
  { title: "Price plan item" },
);

export type PlanItem = Type.Static<typeof PlanItem>;
