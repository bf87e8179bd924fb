import type { TProperties } from "typebox";
import * as Type from "typebox";
import { group, integer, list, words } from "../schema.ts";

/**
 * What payloads say of purchases through Advanced Commerce, as transactions and renewals have it. Source of names:
 * AdvancedCommerceTransactionInfo and AdvancedCommerceRenewalInfo of apple/app-store-server-library-node 3.1.0.
 */

const text = (summary: string, description: string) => Type.Optional(words(summary, description));
const amount = (summary: string, description: string) => text(summary, `${description}, such as 9.990.`);

const item = {
  SKU: text("SKU", "SKU of the item."),
  displayName: text("Display name", "Name that the customer reads."),
  description: text("Description", "What the customer reads of it."),
  price: amount("Price", "Price of the item"),
  offer: Type.Optional(
    group(
      "Offer",
      "The offer that the item was bought with.",
      {
        period: text("Period", "How long it lasts, as a duration of ISO 8601 such as P1M."),
        periodCount: Type.Optional(integer("Period count", "How many such periods.")),
        price: amount("Price", "Price in the offer"),
        reason: text("Reason", "Why it was offered, such as ACQUISITION."),
      },
      "Advanced Commerce item offer",
    ),
  ),
} satisfies TProperties;

const shared = {
  requestReferenceId: text("Request reference ID", "UUID of the request that made it so."),
  taxCode: text("Tax code", "Tax code of what is sold."),
  period: text("Period", "Period of the subscription, as a duration of ISO 8601 such as P1M."),
  descriptors: Type.Optional(
    group(
      "Descriptors",
      "What the subscription is called.",
      {
        displayName: text("Display name", "Name that the customer reads."),
        description: text("Description", "What the customer reads of it."),
      },
      "Advanced Commerce names",
    ),
  ),
} satisfies TProperties;

/** Of a transaction. */
export const transactionCommerceInfo = Type.Optional(
  group(
    "Advanced Commerce info",
    "What was bought through Advanced Commerce.",
    {
      ...shared,
      estimatedTax: amount("Estimated tax", "Tax as Apple estimates it"),
      taxExclusivePrice: amount("Price without tax", "Price without tax"),
      taxRate: text("Tax rate", "Rate of the tax, as Apple states it."),
      items: Type.Optional(
        list(
          "Items",
          "What was bought, item by item.",
          group(
            "Item",
            "An item.",
            {
              ...item,
              revocationDate: text("Revocation date", "When the customer lost the item, in UTC."),
              refunds: Type.Optional(
                list(
                  "Refunds",
                  "What was refunded of the item.",
                  group(
                    "Refund",
                    "A refund.",
                    {
                      refundAmount: amount("Refund amount", "Amount that was refunded"),
                      refundDate: text("Refund date", "When it was refunded, in UTC."),
                      refundReason: text("Refund reason", "Why, such as LEGAL."),
                      refundType: text("Refund type", "How much: FULL, PRORATED or CUSTOM."),
                    },
                    "Advanced Commerce item refund",
                  ),
                ),
              ),
            },
            "Advanced Commerce item sold",
          ),
        ),
      ),
    },
    "Advanced Commerce transaction info",
  ),
);

/** Of a renewal. */
export const renewalCommerceInfo = Type.Optional(
  group("Advanced Commerce info", "What renews through Advanced Commerce.", {
    ...shared,
    consistencyToken: text("Consistency token", "Token to give to the next request of the subscription."),
    items: Type.Optional(
      list(
        "Items",
        "What renews, item by item.",
        group("Item", "An item.", {
          ...item,
          priceIncreaseInfo: Type.Optional(
            group("Price increase", "A price increase of the item that is to come.", {
              price: amount("Price", "Price after the increase"),
              status: text("Status", "SCHEDULED, PENDING or ACCEPTED."),
              dependentSKUs: Type.Optional(
                list("Dependent SKUs", "SKUs that depend on it.", words("SKU", "SKU of an item.")),
              ),
            }),
          ),
        }),
      ),
    ),
  }),
);
