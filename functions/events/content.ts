import * as Type from "typebox";
import { anything, flag, integer, orNull, words } from "../schema.ts";
import type { EventSource, RelayEvent } from "./event.ts";

/** What a subscribed flow receives, and what lists and GetEvent answer. */
export const EventContent = Type.Object(
  {
    id: words(
      "Event ID",
      "The service's own ID of the event. It is the same when an event is delivered twice.",
    ),
    source: words("Source", "Service that sent it: app-store-server, app-store-connect or adjust."),
    type: words("Type", "What happened, in the service's own word, such as REFUND."),
    subtype: orNull(words("Subtype", "What kind of it, where the service says so.")),
    environment: orNull(words("Environment", "Production or sandbox, in lower case.")),
    bundleId: orNull(words("Bundle ID", "Bundle ID of the app, where the service says so.")),
    occurredAt: words("Occurred at", "When it happened, such as 2026-01-31T12:00:00.000Z."),
    data: anything("Data", "What the service says of it, decoded."),
  },
  { title: "Event" },
);

const optional = (summary: string, description: string) => Type.Optional(words(summary, description));

/** Fields of transactions that makers reach for first; the others are there too. Source: Apple's `JWSTransaction`. */
const Transaction = Type.Object(
  {
    transactionId: optional("Transaction ID", "ID of the transaction."),
    originalTransactionId: optional(
      "Original transaction ID",
      "ID of the first transaction of the purchase.",
    ),
    productId: optional("Product ID", "Product that was bought."),
    type: optional("Product type", "Kind of the product, such as Auto-Renewable Subscription."),
    appAccountToken: optional("App account token", "UUID that the app gave the purchase."),
    purchaseDate: optional("Purchase date", "When it was bought."),
    expiresDate: optional("Expires date", "When the subscription ends."),
    revocationDate: optional("Revocation date", "When it was refunded."),
    revocationReasonText: optional("Revocation reason text", "Why it was refunded, in words."),
    quantity: Type.Optional(integer("Quantity", "How many were bought.")),
    storefront: optional("Storefront", "Country or region of the store."),
    currency: optional("Currency", "Currency of the price."),
    price: optional("Price", "Price that was paid, as a decimal."),
  },
  {
    title: "Event transaction",
    "x-ms-summary": "Transaction",
    description: "The transaction that it is about, decoded.",
    additionalProperties: true,
  },
);

/** The same of renewals. Source: Apple's `JWSRenewalInfo`. */
const RenewalInfo = Type.Object(
  {
    originalTransactionId: optional(
      "Original transaction ID",
      "ID of the first transaction of the purchase.",
    ),
    productId: optional("Product ID", "Product that is subscribed to."),
    autoRenewProductId: optional("Auto-renew product ID", "Product that renews at the end of the period."),
    autoRenewStatus: Type.Optional(integer("Auto-renew status", "1 when it renews by itself, 0 when not.")),
    autoRenewStatusText: optional("Auto-renew status text", "The same in words: On or Off."),
    expirationIntentText: optional("Expiration intent text", "Why the subscription ended, in words."),
    renewalDate: optional("Renewal date", "When it renews."),
    gracePeriodExpiresDate: optional("Grace period expires date", "When the grace period of billing ends."),
    renewalPrice: optional("Renewal price", "Price of the next period, as a decimal."),
    currency: optional("Currency", "Currency of that price."),
  },
  {
    title: "Event renewal info",
    "x-ms-summary": "Renewal info",
    description: "The renewal of the subscription that it is about, decoded.",
    additionalProperties: true,
  },
);

/** What a notification of the App Store says, wherever it is answered. */
export const NotificationData = Type.Object(
  {
    transaction: Type.Optional(Transaction),
    renewalInfo: Type.Optional(RenewalInfo),
    status: Type.Optional(integer("Status", "State of the subscription, as Apple counts them: 1 to 5.")),
    statusText: optional("Status text", "The same in words, such as Active or Expired."),
    hasAccess: Type.Optional(
      flag("Has access", "Whether the customer may use the subscription: active, or in its grace period."),
    ),
  },
  {
    title: "Notification data",
    "x-ms-summary": "Data",
    description: "What Apple says of it, decoded.",
    additionalProperties: true,
  },
);

/** The content of a trigger, with typed data where the source's is known. */
export const contentOf: Readonly<Record<EventSource, Type.TObject>> = {
  "app-store-server": Type.Object(
    {
      ...EventContent.properties,
      data: NotificationData,
    },
    { title: "App Store notification" },
  ),
  "app-store-connect": EventContent,
  adjust: EventContent,
};

/** An event as it is delivered: exactly these members, whatever is kept beside them. */
export function contentFrom(event: RelayEvent): RelayEvent {
  const { id, source, type, subtype, environment, bundleId, occurredAt, data } = event;
  return { id, source, type, subtype, environment, bundleId, occurredAt, data };
}
