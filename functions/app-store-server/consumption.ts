import type { Static, TObject } from "typebox";
import * as Type from "typebox";
import { invalidInput } from "../errors.ts";
import { transactionId, uuidPattern } from "../fields.ts";
import { confirmation, flag, number, text } from "../schema.ts";
import { path } from "../upstream/path.ts";
import {
  accountTenures,
  type Codes,
  codedChoice,
  codeOf,
  consumptionStatuses,
  deliveryStatusesV1,
  lifetimeDollars,
  platforms,
  playTimes,
  refundPreferencesV1,
  userStatuses,
} from "./coded.ts";
import { appStoreServerOperation } from "./operation.ts";

/** Apple takes nothing about a customer who did not agree to it (ConsumptionRequest, customerConsented). */
const customerConsented = confirmation(
  "Customer consented",
  "Whether the customer agreed that this is sent to Apple. Apple takes nothing without that.",
  "Information on the customer is sent to Apple, which needs the customer's consent.",
);

const sampleDescription =
  "Whether the customer could try the content, or read what it does, before the purchase.";

export const sendConsumption = appStoreServerOperation({
  id: "SendConsumption",
  summary: "Send consumption information",
  description:
    "Tells Apple, within 12 hours of its request, how far a purchase was used whose refund the customer asks for.",
  method: "PUT",
  route: "app-store-server/transactions/{transactionId}/consumption",
  input: {
    transactionId,
    customerConsented,
    deliveryStatus: text(
      "Delivery status",
      "Whether what was bought arrived and works: DELIVERED, UNDELIVERED_QUALITY_ISSUE, UNDELIVERED_WRONG_ITEM, UNDELIVERED_SERVER_OUTAGE or UNDELIVERED_OTHER.",
      { ...word("DELIVERED"), visibility: "important" },
    ),
    sampleContentProvided: flag("Sample content provided", sampleDescription),
    consumptionPercentage: Type.Optional(
      number("Consumption percentage", "How much of the purchase was used, in percent, such as 12.5.", {
        minimum: 0,
        maximum: 100,
      }),
    ),
    refundPreference: Type.Optional(
      text(
        "Refund preference",
        "What Apple should do: DECLINE, GRANT_FULL or GRANT_PRORATED.",
        word("DECLINE"),
      ),
    ),
  },
  title: "Sent consumption information",
  output: {},
  check({ consumptionPercentage: percentage = 0, deliveryStatus }) {
    const details = [];
    if (!Number.isInteger(thousandths(percentage))) {
      details.push({ field: "consumptionPercentage", message: "must have at most three decimals." });
    }
    if (percentage > 0 && deliveryStatus.startsWith("UNDELIVERED")) {
      const message = "must be 0 or left empty where nothing was delivered.";
      details.push({ field: "consumptionPercentage", message });
    }
    if (details.length > 0) throw invalidInput(details);
  },
  run: ({ transactionId, consumptionPercentage: percentage, ...facts }, server) =>
    server.write({
      method: "PUT",
      path: path`/inApps/v2/transactions/consumption/${transactionId}`,
      json: {
        ...facts,
        ...(percentage !== undefined && { consumptionPercentage: thousandths(percentage) }),
      },
      // What was sent last counts, so a second time is the same.
      idempotent: true,
      perSecond: 50,
    }),
});

/** Fields of the first version that hold a code, each with its codes. */
const coded: Readonly<Record<string, Codes>> = {
  consumptionStatus: consumptionStatuses,
  platform: platforms,
  deliveryStatus: deliveryStatusesV1,
  accountTenure: accountTenures,
  playTime: playTimes,
  lifetimeDollarsRefunded: lifetimeDollars,
  lifetimeDollarsPurchased: lifetimeDollars,
  userStatus: userStatuses,
  refundPreference: refundPreferencesV1,
};

const factsV1 = {
  consumptionStatus: codedChoice("Consumption status", "How far it was used.", consumptionStatuses),
  platform: codedChoice("Platform", "Where it was used.", platforms),
  sampleContentProvided: flag("Sample content provided", sampleDescription),
  deliveryStatus: codedChoice("Delivery status", "Whether it arrived and works.", deliveryStatusesV1),
  accountTenure: codedChoice("Account tenure", "Age of the customer's account with you.", accountTenures),
  playTime: codedChoice("Play time", "How long the customer has used the app.", playTimes),
  lifetimeDollarsRefunded: codedChoice(
    "Lifetime dollars refunded",
    "US dollars that the customer was refunded in your app, on all platforms.",
    lifetimeDollars,
  ),
  lifetimeDollarsPurchased: codedChoice(
    "Lifetime dollars purchased",
    "US dollars that the customer has spent in your app, on all platforms.",
    lifetimeDollars,
  ),
  userStatus: codedChoice("User status", "State of the customer's account with you.", userStatuses),
  // The one that Apple does not ask for.
  refundPreference: Type.Optional(
    codedChoice("Refund preference", "Whether Apple should grant the refund.", refundPreferencesV1),
  ),
};

export const sendConsumptionV1 = appStoreServerOperation({
  id: "SendConsumptionV1",
  summary: "Send consumption information of the first version",
  description:
    "Tells Apple of a purchase made through Advanced Commerce what Send consumption information tells of others. Whatever you do not want to say is Undeclared.",
  method: "PUT",
  route: "app-store-server/transactions/{transactionId}/consumption-v1",
  visibility: "advanced",
  input: {
    transactionId,
    customerConsented,
    ...factsV1,
    appAccountToken: Type.Optional(
      text("App account token", "UUID by which your own records know the customer.", {
        pattern: uuidPattern,
        form: "a UUID, such as e5b07bb3-b5f3-40a8-8a2d-197d30b6beff",
      }),
    ),
  },
  title: "Sent consumption information of the first version",
  output: {},
  run: ({ transactionId, appAccountToken = "", ...facts }, server) =>
    server.write({
      method: "PUT",
      path: path`/inApps/v1/transactions/consumption/${transactionId}`,
      // Apple takes an empty text for a customer without a token.
      json: { ...withCodes(facts), appAccountToken },
      idempotent: true,
      perSecond: 50,
    }),
});

function withCodes(facts: Static<TObject<typeof factsV1>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      const codes = Object.hasOwn(coded, name) ? coded[name] : undefined;
      return [name, codes && typeof value === "string" ? codeOf(codes, value) : value];
    }),
  );
}

/** Apple counts percent in thousandths. Rounded where only the binary form of a decimal stands between. */
function thousandths(percentage: number): number {
  const exact = percentage * 1000;
  return Math.abs(exact - Math.round(exact)) < 1e-6 ? Math.round(exact) : exact;
}

/** A word of an enumeration of Apple's, which stays open. */
function word(example: string) {
  return {
    pattern: "^[A-Z][A-Z0-9_]{0,99}$",
    form: `a word of Apple's in capital letters, such as ${example}`,
  };
}
