import type { TProperties } from "typebox";
import * as Type from "typebox";
import { conform } from "../conform.ts";
import { invalidInput } from "../errors.ts";
import { transactionId } from "../fields.ts";
import { productIdPattern } from "../patterns.ts";
import { flag, group, list, text } from "../schema.ts";
import { path, type UpstreamPath } from "../upstream/path.ts";
import {
  currency,
  description,
  displayName,
  effective,
  items,
  refundReason,
  refundType,
  requestInfo,
  signedAnswer,
  sku,
  storefront,
  taxCode,
  toRequestInfo,
} from "./advanced-commerce-fields.ts";
import type { AppStoreServer } from "./client.ts";
import { milliunits, moneyText } from "./money.ts";
import { appStoreServerOperation } from "./operation.ts";

/** Sends a request. It is not idempotent: a reference ID that Apple has seen is refused, whatever came of it. */
async function send(
  server: AppStoreServer,
  path: UpstreamPath,
  facts: Parameters<typeof toRequestInfo>[0] & Readonly<Record<string, unknown>>,
) {
  const json = toRequestInfo(facts);
  const { environment, body } = await server.ask({ method: "POST", path, json });
  return { ...conform(Type.Object(signedAnswer), body), environment };
}

const common = { transactionId, ...requestInfo, storefront } satisfies TProperties;

export const cancelAdvancedCommerceSubscription = appStoreServerOperation({
  id: "CancelAdvancedCommerceSubscription",
  summary: "Cancel an Advanced Commerce subscription",
  description: "Turns off the renewal of a subscription. The customer has it until its present period ends.",
  method: "POST",
  route: "app-store-server/advanced-commerce/subscriptions/{transactionId}/cancel",
  input: common,
  title: "Cancelled Advanced Commerce subscription",
  output: signedAnswer,
  run: ({ transactionId, ...facts }, server) =>
    send(server, path`/advancedCommerce/v1/subscription/cancel/${transactionId}`, facts),
});

export const revokeAdvancedCommerceSubscription = appStoreServerOperation({
  id: "RevokeAdvancedCommerceSubscription",
  summary: "Revoke an Advanced Commerce subscription",
  description: "Ends an active subscription at once and asks Apple to refund it.",
  method: "POST",
  route: "app-store-server/advanced-commerce/subscriptions/{transactionId}/revoke",
  input: {
    ...common,
    refundReason,
    refundType,
    refundRiskingPreference: flag("Refund risking", "Whether Apple may weigh the risk before it refunds."),
  },
  title: "Revoked Advanced Commerce subscription",
  output: signedAnswer,
  run: ({ transactionId, ...facts }, server) =>
    send(server, path`/advancedCommerce/v1/subscription/revoke/${transactionId}`, facts),
});

export const changeAdvancedCommerceMetadata = appStoreServerOperation({
  id: "ChangeAdvancedCommerceMetadata",
  summary: "Change the names of an Advanced Commerce subscription",
  description: "Changes the display names, descriptions or SKUs of a subscription and its items.",
  method: "POST",
  route: "app-store-server/advanced-commerce/subscriptions/{transactionId}/metadata",
  input: {
    ...common,
    descriptors: Type.Optional(
      group("Descriptors", "Display name and description of the subscription, either or both.", {
        effective,
        displayName: Type.Optional(displayName),
        description: Type.Optional(description),
      }),
    ),
    items: Type.Optional(
      items(
        "Items",
        "Items to be changed.",
        group("Item", "An item, by its present SKU.", {
          currentSKU: sku,
          effective,
          displayName: Type.Optional(displayName),
          description: Type.Optional(description),
          SKU: Type.Optional(sku),
        }),
      ),
    ),
    taxCode: Type.Optional(taxCode),
  },
  title: "Changed Advanced Commerce metadata",
  output: signedAnswer,
  check({ descriptors, items, taxCode }) {
    if (descriptors || items || taxCode !== undefined) return;
    throw invalidInput([{ field: "items", message: "must be given, or descriptors, or the tax code." }]);
  },
  run: ({ transactionId, ...facts }, server) =>
    send(server, path`/advancedCommerce/v1/subscription/changeMetadata/${transactionId}`, facts),
});

export const changeAdvancedCommercePrice = appStoreServerOperation({
  id: "ChangeAdvancedCommercePrice",
  summary: "Change the price of an Advanced Commerce subscription",
  description: "Changes what items of a subscription cost from a later renewal on.",
  method: "POST",
  route: "app-store-server/advanced-commerce/subscriptions/{transactionId}/price",
  input: {
    ...common,
    currency,
    items: items(
      "Items",
      "Items with their new prices.",
      group("Item", "An item, by its SKU.", {
        SKU: sku,
        price: moneyText("Price", "New price in the currency, such as 9.99."),
        dependentSKUs: Type.Optional(
          list("Dependent SKUs", "SKUs that depend on this item.", sku, { maxItems: 100 }),
        ),
      }),
    ),
  },
  title: "Changed Advanced Commerce price",
  output: signedAnswer,
  run: ({ transactionId, items, ...facts }, server) =>
    send(server, path`/advancedCommerce/v1/subscription/changePrice/${transactionId}`, {
      ...facts,
      items: items.map(({ price, ...item }) => ({ ...item, price: milliunits(price) })),
    }),
});

const newItem = Type.Object(
  { SKU: sku, displayName, description },
  { title: "Advanced Commerce item", "x-ms-summary": "Item", description: "An item." },
);

export const migrateToAdvancedCommerce = appStoreServerOperation({
  id: "MigrateToAdvancedCommerce",
  summary: "Migrate a subscription to Advanced Commerce",
  description: "Moves a subscription of In-App Purchase to the Advanced Commerce API.",
  method: "POST",
  route: "app-store-server/advanced-commerce/subscriptions/{transactionId}/migrate",
  input: {
    ...common,
    targetProductId: text("Target product ID", "Your generic product ID for subscriptions.", {
      pattern: productIdPattern,
      form: "a product ID: letters, digits, full stops, hyphens and underscores",
      visibility: "important",
    }),
    descriptors: group("Descriptors", "What the subscription is called.", { displayName, description }),
    items: items("Items", "Items of the subscription.", newItem),
    renewalItems: Type.Optional(
      items("Renewal items", "Items from the next renewal on, where they are others.", newItem),
    ),
    taxCode,
  },
  title: "Migrated subscription",
  output: signedAnswer,
  run: ({ transactionId, ...facts }, server) =>
    send(server, path`/advancedCommerce/v1/subscription/migrate/${transactionId}`, facts),
});

export const requestAdvancedCommerceRefund = appStoreServerOperation({
  id: "RequestAdvancedCommerceRefund",
  summary: "Request an Advanced Commerce refund",
  description: "Asks Apple to refund items of a transaction.",
  method: "POST",
  route: "app-store-server/advanced-commerce/transactions/{transactionId}/refund",
  input: {
    ...common,
    currency,
    items: items(
      "Items",
      "Items to be refunded.",
      group("Item", "An item, by its SKU.", {
        SKU: sku,
        refundReason,
        refundType,
        refundAmount: Type.Optional(
          moneyText("Refund amount", "Amount of a CUSTOM refund in the currency, such as 4.99."),
        ),
        revoke: flag("Revoke", "Whether the customer loses the item."),
      }),
    ),
    refundRiskingPreference: flag("Refund risking", "Whether Apple may weigh the risk before it refunds."),
  },
  title: "Requested Advanced Commerce refund",
  output: signedAnswer,
  check({ items }) {
    const details = items.flatMap(({ refundType, refundAmount }, index) => {
      const field = `items[${index}].refundAmount`;
      if (refundType === "CUSTOM" && refundAmount === undefined)
        return [{ field, message: "is required where the refund type is CUSTOM." }];
      return refundType !== "CUSTOM" && refundAmount !== undefined
        ? [{ field, message: "must be left out unless the refund type is CUSTOM." }]
        : [];
    });
    if (details.length > 0) throw invalidInput(details);
  },
  run: ({ transactionId, items, ...facts }, server) =>
    send(server, path`/advancedCommerce/v1/transaction/requestRefund/${transactionId}`, {
      ...facts,
      items: items.map(({ refundAmount, ...item }) => ({
        ...item,
        ...(refundAmount !== undefined && { refundAmount: milliunits(refundAmount) }),
      })),
    }),
});
