import * as Type from "typebox";
import type { ErrorDetail } from "../errors.ts";
import { territoryPattern } from "../patterns.ts";
import { flag, group, integer, number, text } from "../schema.ts";
import { decimalMoney, isoDate } from "../signed-payloads/index.ts";
import { milliunits, moneyText } from "./money.ts";

/** Line items of external purchase reports. Source of names, lengths and rules: Apple, External Purchase Server API. */

/** Words of enumerations of Apple's, which stay open. */
export const word = {
  pattern: "^[A-Z][A-Z0-9_]{0,99}$",
  form: "a word of Apple's in capital letters",
};

const currency = {
  pattern: "^[A-Z]{3}$",
  form: "a currency of ISO 4217: three capital letters, such as EUR",
};

const lineItemLength = { minLength: 1, maxLength: 128 };

/** A time as makers write it. Apple counts milliseconds. */
const time = (summary: string, description: string) => text(summary, description, { format: "date-time" });

/** One transaction of a report, as it is sent: which members belong together is checked by `lineItemProblems`. */
export const lineItem = group("Line item", "A purchase, an event of a subscription, or a refund.", {
  lineItemId: text(
    "Line item ID",
    "Your own name of the transaction, unique in the app, such as a GUID. The same one again only corrects it.",
    lineItemLength,
  ),
  creationDate: time("Creation date", "When the customer authorized it, such as 2026-01-31T09:30:00Z."),
  eventType: text("Event type", "BUY, or REFUND for refunds and chargebacks.", word),
  productType: Type.Optional(text("Product type", "Of a purchase: ONE_TIME_BUY or SUBSCRIPTION.", word)),
  productIdentifier: Type.Optional(
    text("Product identifier", "Of a purchase: your name of the product.", { maxLength: 256 }),
  ),
  quantity: Type.Optional(
    integer("Quantity", "Of a purchase: how many were bought at once.", { minimum: 1 }),
  ),
  amountTaxExclusive: moneyText("Amount without tax", "Total that was paid or refunded, without tax."),
  taxAmount: moneyText("Tax amount", "Tax of it."),
  amountTaxInclusive: moneyText("Amount with tax", "Total that was paid or refunded, with tax."),
  netAmountTaxExclusive: moneyText(
    "Net amount without tax",
    "What remains of the purchase without tax, after all refunds and corrections.",
  ),
  pricingCurrency: text("Pricing currency", "Currency that the customer was charged in.", currency),
  reportingCurrency: text("Reporting currency", "Currency of the amounts here.", currency),
  exchangeRate: Type.Optional(
    number("Exchange rate", "Where the two differ: what the amount paid is multiplied by.", { minimum: 0 }),
  ),
  taxCountry: text("Tax country", "Country that takes the tax, three capital letters such as DEU.", {
    pattern: territoryPattern,
    form: "a country of three capital letters, such as DEU",
  }),
  subscriptionEvent: Type.Optional(
    text(
      "Subscription event",
      "Of a subscription: SUBSCRIPTION_START, RENEWAL, SUBSCRIPTION_CHANGE or SUBSCRIPTION_PAYMENT.",
      word,
    ),
  ),
  subscriptionStartDate: Type.Optional(
    time("Subscription start date", "Of a subscription: when the period begins."),
  ),
  subscriptionEndDate: Type.Optional(
    time("Subscription end date", "Of a subscription: when the period ends."),
  ),
  subscriptionDaysOfPaidService: Type.Optional(
    integer("Days of paid service", "Of a subscription: days paid for so far, 0 at its start.", {
      minimum: 0,
    }),
  ),
  referenceLineItemId: Type.Optional(
    text(
      "Reference line item ID",
      "Of a refund: the purchase. Of a later event of a subscription: its start.",
      lineItemLength,
    ),
  ),
  restatement: Type.Optional(
    flag("Restatement", "Whether it replaces the line item of this ID that was reported before."),
  ),
  erroneouslySubmitted: Type.Optional(
    flag("Erroneously submitted", "Whether that line item should never have been reported."),
  ),
});

type LineItem = Type.Static<typeof lineItem>;

const ofPurchases = ["productType", "productIdentifier", "quantity"] as const;
const ofSubscriptions = [
  "subscriptionEvent",
  "subscriptionStartDate",
  "subscriptionEndDate",
  "subscriptionDaysOfPaidService",
] as const;

/** What Apple asks of a line item by its kind. Kinds that are not known here are left to Apple. */
export function lineItemProblems(item: LineItem, place: string): ErrorDetail[] {
  const { eventType, productType, restatement, erroneouslySubmitted } = item;
  const missing = (names: readonly (keyof LineItem)[], when: string) =>
    names
      .filter((name) => item[name] === undefined)
      .map((name) => ({ field: `${place}.${name}`, message: `is required where ${when}.` }));
  const exchanged = item.pricingCurrency !== item.reportingCurrency;
  return [
    ...(eventType === "BUY" ? missing(ofPurchases, "the event type is BUY") : []),
    ...(eventType === "REFUND" ? missing(["referenceLineItemId"], "the event type is REFUND") : []),
    ...(productType === "SUBSCRIPTION" ? missing(ofSubscriptions, "the product type is SUBSCRIPTION") : []),
    ...(exchanged ? missing(["exchangeRate"], "the two currencies differ") : []),
    ...(erroneouslySubmitted && !restatement
      ? [{ field: `${place}.restatement`, message: "must be Yes where erroneouslySubmitted is." }]
      : []),
  ];
}

const amounts = ["amountTaxExclusive", "taxAmount", "amountTaxInclusive", "netAmountTaxExclusive"] as const;
const times = ["creationDate", "subscriptionStartDate", "subscriptionEndDate"] as const;

/** A line item as Apple takes it: milliseconds, thousandths of the currency. */
export function toLineItem(item: LineItem): Record<string, unknown> {
  const sent: Record<string, unknown> = { ...item };
  for (const name of amounts) sent[name] = milliunits(item[name]);
  for (const name of times) {
    const { [name]: given } = item;
    if (given !== undefined) sent[name] = Date.parse(given);
  }
  return sent;
}

/** A line item of Apple's as makers read it. Fields that are not known pass as they are. */
export function fromLineItem(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read: Record<string, unknown> = { ...item };
  for (const name of amounts) if (name in read) read[name] = decimalMoney(read[name]);
  for (const name of times) if (name in read) read[name] = isoDate(read[name]);
  return read;
}

/** Line items as answers have them: whatever Apple left out is absent, and nothing is bound. */
export const readLineItem = Type.Object(
  Object.fromEntries(
    Object.entries(lineItem.properties).map(([name, schema]) => {
      const { type, description, "x-ms-summary": summary } = Object(schema);
      return [name, Type.Optional(Type.Unsafe({ type, description, "x-ms-summary": summary }))];
    }),
  ),
  { title: "Reported line item" },
);
