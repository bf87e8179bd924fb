import * as Type from "typebox";
import { conform } from "../conform.ts";
import { flag, group, integer, list, words } from "../schema.ts";
import { renewalCommerceInfo } from "./advanced-commerce-info.ts";
import type { ServerAnswer } from "./server-answer.ts";
import { sharedFields } from "./transaction-fields.ts";

const text = (summary: string, description: string) => Type.Optional(words(summary, description));

/** How a subscription goes on. Source of names: as for transactions. */
export const RenewalInfo = Type.Object(
  {
    autoRenewStatus: Type.Optional(integer("Auto renew status", "Whether it renews: 1 yes, 0 no.")),
    autoRenewStatusText: text("Auto renew status text", "On or Off."),
    autoRenewProductId: text("Auto renew product ID", "Product ID of what it renews to."),
    productId: text("Product ID", "Product ID of the present subscription."),
    renewalDate: text("Renewal date", "When it renews, in UTC."),
    renewalPrice: text("Renewal price", "Price of the next renewal, such as 9.990."),
    expirationIntent: Type.Optional(
      integer(
        "Expiration intent",
        "Why it expired: 1 cancelled, 2 billing error, 3 price increase, 4 product gone, 5 other.",
      ),
    ),
    expirationIntentText: text("Expiration intent text", "Why it expired, in words."),
    isInBillingRetryPeriod: Type.Optional(
      flag("In billing retry", "Whether Apple still tries to charge the customer."),
    ),
    gracePeriodExpiresDate: text("Grace period expires date", "When the billing grace period ends, in UTC."),
    priceIncreaseStatus: Type.Optional(
      integer("Price increase status", "Whether the customer has answered to a price increase: 1 yes, 0 no."),
    ),
    priceIncreaseStatusText: text("Price increase status text", "The same in words."),
    recentSubscriptionStartDate: text(
      "Recent subscription start date",
      "When the customer began to subscribe without a gap of more than 60 days, in UTC.",
    ),
    eligibleWinBackOfferIds: Type.Optional(
      list(
        "Eligible win-back offers",
        "Names of the win-back offers that the customer may have.",
        words("Offer identifier", "Name of an offer."),
      ),
    ),
    renewalBillingPlanType: text("Renewal billing plan type", "How the renewal is billed, such as MONTHLY."),
    originalTransactionId: text(
      "Original transaction ID",
      "ID of the first transaction of the subscription.",
    ),
    advancedCommerceInfo: renewalCommerceInfo,
    commitmentInfo: Type.Optional(
      group("Commitment info", "How a yearly commitment that is paid monthly goes on.", {
        commitmentAutoRenewProductId: text("Auto renew product ID", "Product ID of what it renews to."),
        commitmentAutoRenewStatus: Type.Optional(
          integer("Auto renew status", "Whether the commitment renews: 1 yes, 0 no."),
        ),
        commitmentAutoRenewStatusText: text("Auto renew status text", "On or Off."),
        commitmentRenewalBillingPlanType: text(
          "Billing plan type",
          "How it is billed then, such as MONTHLY.",
        ),
        commitmentRenewalDate: text("Renewal date", "When the commitment renews, in UTC."),
        commitmentRenewalPrice: text("Renewal price", "Price of the next commitment, such as 59.990."),
      }),
    ),
    ...sharedFields,
  },
  {
    title: "Decoded renewal info",
    "x-ms-summary": "Renewal info",
    description: "How the subscription goes on, once its signature was verified.",
  },
);

/** The renewal information as Apple signed it, beside what it says. */
export const signedRenewalInfo = words(
  "Signed renewal info",
  "The renewal information as Apple signed it, to keep or to pass on.",
);

/**
 * What signed renewal information of an answer says of a purchase. It names no app, so that any developer's verifies: it
 * counts for the purchase that the verified transaction beside it is of, and for no other.
 *
 * @throws RelayError as `ServerAnswer.decode`, also where it is that of another purchase.
 */
export async function renewalInfoOf(
  answer: ServerAnswer,
  { originalTransactionId }: { originalTransactionId?: string },
  signed: unknown,
  where: string,
) {
  const said = conform(RenewalInfo, await answer.decode("renewalInfo", signed, where));
  if (said.originalTransactionId !== originalTransactionId) {
    throw answer.refuse(where, "is that of another purchase.");
  }
  return said;
}
