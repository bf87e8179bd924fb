import * as Type from "typebox";
import { choice, flag, text } from "../../../schema.ts";
import { app, product } from "../fields.ts";
import { roundings } from "./choose-point.ts";

const dayForm = "a day as YYYY-MM-DD, such as 2026-02-10";
const day = { pattern: "^\\d{4}-\\d{2}-\\d{2}$", form: dayForm };

/** Fields of a change as callers send it; of a row of many, and of the operation that plans a single one. */
export const changeFields = {
  app,
  product: Type.Optional(product),
  territory: Type.Optional(
    text(
      "Territory",
      "Territory whose price changes, such as USA. Leave it empty for the product's base territory, which the territories without a price of their own follow; enter * for the base and every territory that has a price of its own, and for all territories of a subscription.",
      {
        pattern: "^([A-Z]{3}|\\*)$",
        form: "a territory such as USA, or *",
        visibility: "important",
        options: { operationId: "LookUpTerritories", parameters: { credential: "credential" } },
      },
    ),
  ),
  action: Type.Optional(
    choice(
      "Action",
      "What to do: set a price, or cancel what is scheduled for the future. Set unless this says otherwise.",
      ["set", "cancel"],
      { default: "set" },
    ),
  ),
  price: Type.Optional(
    text("Price", "New price in the currency of the territory, such as 4.99. 0 makes it free.", {
      pattern: "^\\d{1,9}(\\.\\d{1,4})?$",
      form: "an amount with a decimal point and without a currency, such as 4.99",
      visibility: "important",
      options: {
        operationId: "LookUpPrices",
        parameters: { app: "app", product: "product", territory: "territory", credential: "credential" },
      },
    }),
  ),
  startDate: Type.Optional(
    text(
      "Start date",
      "First day of the new price, in US Pacific time as at Apple. Leave it empty for now.",
      day,
    ),
  ),
  endDate: Type.Optional(
    text(
      "End date",
      "First day on which the price no longer holds: the old prices are back then. Leave it empty for a permanent change.",
      day,
    ),
  ),
  currency: Type.Optional(
    text("Currency", "Currency that the price is meant in, such as USD. It is only compared.", {
      pattern: "^[A-Z]{3}$",
      form: "a currency of three letters, such as USD",
      visibility: "advanced",
    }),
  ),
  preserveCurrentPrice: Type.Optional(
    flag(
      "Preserve current price",
      "Required for subscriptions: whether those who subscribe already keep their price.",
    ),
  ),
};

/** A change as callers send it. */
export const ChangeRow = Type.Object(changeFields, { title: "Price change", additionalProperties: false });

export type ChangeRow = Type.Static<typeof ChangeRow>;

export const roundingField = Type.Optional(
  choice(
    "Rounding",
    "What to do with an amount that Apple does not offer: exact rejects it and names its neighbours. Exact unless this says otherwise.",
    roundings,
    { default: "exact" },
  ),
);
