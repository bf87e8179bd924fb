import type { TProperties } from "typebox";
import * as Type from "typebox";
import { conform } from "../conform.ts";
import { flag, group, integer, words } from "../schema.ts";
import { transactionCommerceInfo } from "./advanced-commerce-info.ts";
import type { ServerAnswer } from "./server-answer.ts";

/** A field of a payload: Apple leaves out what does not apply. */
const text = (summary: string, description: string) => Type.Optional(words(summary, description));

/**
 * Fields that transactions and renewal information share.
 *
 * Source of names: JWSTransactionDecodedPayload and JWSRenewalInfoDecodedPayload of apple/app-store-server-library-node
 * 3.1.0. Fields that are not here pass as they are.
 */
export const sharedFields = {
  offerType: Type.Optional(
    integer("Offer type", "Kind of the offer: 1 introductory, 2 promotional, 3 offer code, 4 win-back."),
  ),
  offerTypeText: text("Offer type text", "Kind of the offer in words."),
  offerIdentifier: text("Offer identifier", "Name of the offer, or code that was redeemed."),
  offerDiscountType: text("Offer discount type", "How the offer is paid, such as FREE_TRIAL."),
  offerPeriod: text("Offer period", "How long the offer lasts, as a duration of ISO 8601 such as P1M."),
  currency: text("Currency", "Currency of the price, such as USD."),
  appAccountToken: text("App account token", "UUID by which your own records know the customer."),
  appTransactionId: text("App transaction ID", "ID of the customer's download of the app."),
  environment: text("Environment", "Environment of the payload, Production or Sandbox."),
  signedDate: text("Signed date", "When Apple signed it, in UTC."),
} satisfies TProperties;

/** Fields of a transaction, the ones that makers look for first. */
const transactionFields = {
  transactionId: text("Transaction ID", "ID of the transaction."),
  originalTransactionId: text("Original transaction ID", "ID of the first transaction of the purchase."),
  productId: text("Product ID", "Product ID of what was bought."),
  type: text("Type", "Kind of the product, such as Consumable or Auto-Renewable Subscription."),
  purchaseDate: text("Purchase date", "When the customer was charged, in UTC."),
  expiresDate: text("Expires date", "When the subscription expires or renews, in UTC."),
  originalPurchaseDate: text("Original purchase date", "When the purchase was first made, in UTC."),
  price: text("Price", "Price that the transaction records, such as 9.990."),
  quantity: Type.Optional(integer("Quantity", "How many were bought.")),
  revocationDate: text(
    "Revocation date",
    "When Apple took it back or refunded it, in UTC. Absent: it stands.",
  ),
  revocationReason: Type.Optional(
    integer("Revocation reason", "Why it was refunded: 1 for an issue with the app, 0 for another reason."),
  ),
  revocationReasonText: text("Revocation reason text", "Why it was refunded, in words."),
  revocationType: text("Revocation type", "How it was taken back, such as REFUND_FULL or FAMILY_REVOKE."),
  revocationPercentage: Type.Optional(
    integer("Revocation percentage", "Part that was refunded, in thousandths of a percent: 100000 is all."),
  ),
  isUpgraded: Type.Optional(flag("Upgraded", "Whether the customer has changed to a higher subscription.")),
  inAppOwnershipType: text("Ownership", "PURCHASED, or FAMILY_SHARED where a relative bought it."),
  transactionReason: text("Transaction reason", "PURCHASE, or RENEWAL where Apple renewed it."),
  subscriptionGroupIdentifier: text("Subscription group ID", "ID of the group of the subscription."),
  webOrderLineItemId: text("Web order line item ID", "ID of the period on all of a customer's devices."),
  bundleId: text("Bundle ID", "Bundle ID of the app."),
  storefront: text("Storefront", "Storefront of the purchase, three letters such as USA."),
  storefrontId: text("Storefront ID", "Apple's number of the storefront."),
  billingPlanType: text("Billing plan type", "How the subscription is billed, such as MONTHLY."),
  previousOriginalTransactionId: text(
    "Previous original transaction ID",
    "ID of the first transaction before the app or the subscription was transferred.",
  ),
  advancedCommerceInfo: transactionCommerceInfo,
  commitmentInfo: Type.Optional(
    group(
      "Commitment info",
      "Where a yearly commitment that is paid monthly stands.",
      {
        billingPeriodNumber: Type.Optional(integer("Billing period number", "Which of the periods it is.")),
        totalBillingPeriods: Type.Optional(integer("Total billing periods", "How many periods there are.")),
        commitmentPrice: text("Commitment price", "Price of the whole commitment, such as 59.990."),
        commitmentExpiresDate: text("Commitment expires date", "When the commitment ends, in UTC."),
      },
      "Commitment info of a transaction",
    ),
  ),
  ...sharedFields,
} satisfies TProperties;

/** A transaction within an answer. */
export const Transaction = Type.Object(transactionFields, {
  title: "Decoded transaction",
  "x-ms-summary": "Transaction",
  description: "What the transaction says, once its signature was verified.",
});

/** The transaction as Apple signed it, beside what it says. */
export const signedTransaction = words(
  "Signed transaction",
  "The same as Apple signed it, to keep or to pass on.",
);

/** A row of a list of transactions. */
export const TransactionRow = Type.Object(
  { ...transactionFields, signedTransaction },
  { title: "Transaction row" },
);

/** What a signed transaction of an answer says. @throws RelayError as `ServerAnswer.decode`. */
export async function transactionOf(answer: ServerAnswer, signed: unknown, where: string) {
  return conform(Transaction, await answer.decode("transaction", signed, where));
}

/** The transactions of a list that an answer holds, each with its signed form. @throws RelayError as `ServerAnswer.decode`. */
export async function transactionRows(answer: ServerAnswer) {
  const { signedTransactions: list } = answer.body;
  if (!Array.isArray(list)) throw answer.refuse("signedTransactions", "is no list.");
  return Promise.all(
    list.map(async (signed: unknown, index) => ({
      ...(await transactionOf(answer, signed, `signedTransactions[${index}]`)),
      signedTransaction: String(signed),
    })),
  );
}
