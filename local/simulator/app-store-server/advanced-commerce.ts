import type { Call } from "../core/call.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { PathParameters } from "../core/router.ts";
import type { ServerCaller } from "./authenticate.ts";
import { allowQuery, bodyOf, findTransaction, type ServerContext, type ServerRoute } from "./context.ts";
import { type ErrorCode, refuse } from "./errors.ts";
import { renewalInfo } from "./subscriptions.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const refundReasons = [
  "UNINTENDED_PURCHASE",
  "FULFILLMENT_ISSUE",
  "UNSATISFIED_WITH_PURCHASE",
  "LEGAL",
  "OTHER",
  "MODIFY_ITEMS_REFUND",
  "SIMULATE_REFUND_DECLINE",
];

/** @throws Refused where a text is missing or longer than Apple takes. */
function checkText(value: unknown, most: number, missing: ErrorCode, tooLong: ErrorCode): void {
  if (typeof value !== "string" || value === "") throw refuse(missing);
  if (value.length > most) throw refuse(tooLong);
}

function itemsOf(items: unknown, names: readonly string[]): JsonObject[] {
  if (!Array.isArray(items) || items.length === 0) throw refuse(4000101);
  return items.map((item) => {
    if (!isJsonObject(item)) throw refuse(4000102);
    if (Object.keys(item).some((name) => !names.includes(name))) throw refuse(4000000);
    return item;
  });
}

function checkNames(item: JsonObject): void {
  checkText(item.displayName, 30, 4000106, 4000089);
  checkText(item.description, 45, 4000107, 4000088);
}

function checkRefund(refund: JsonObject, sandbox: boolean): void {
  if (refund.refundReason === undefined) throw refuse(4000156);
  if (!refundReasons.includes(String(refund.refundReason))) throw refuse(4000124);
  if (refund.refundReason === "SIMULATE_REFUND_DECLINE" && !sandbox) throw refuse(4000158);
  if (refund.refundType === undefined) throw refuse(4000157);
  if (!["FULL", "PRORATED", "CUSTOM"].includes(String(refund.refundType))) throw refuse(4000123);
  const { refundAmount: amount } = refund;
  if (refund.refundType !== "CUSTOM" && amount !== undefined) throw refuse(4000155);
  if (refund.refundType === "CUSTOM" && amount === undefined) throw refuse(4000153);
  if (amount !== undefined && (!Number.isInteger(amount) || Number(amount) <= 0)) throw refuse(4000154);
}

/** The Advanced Commerce API: its calls for servers. */
export function advancedCommerceRoutes(context: ServerContext): ServerRoute[] {
  const sandbox = () => context.environment().name === "Sandbox";

  function route(
    what: string,
    names: readonly string[],
    check: (body: JsonObject) => void,
    wants: "advanced" | "plain" = "advanced",
  ): ServerRoute {
    const handle = (call: Call, { transactionId }: PathParameters, caller: ServerCaller) => {
      allowQuery(call, []);
      const body = bodyOf(call, ["requestInfo", "storefront", ...names]);
      const { advancedCommerce: known, referenceIds } = context.environment().writes;
      const { requestInfo: info, storefront } = body;
      if (!isJsonObject(info)) throw refuse(4000079);
      if (info.requestReferenceId === undefined) throw refuse(4000080);
      const reference = String(info.requestReferenceId);
      if (!uuid.test(reference)) throw refuse(4000081);
      if (info.appAccountToken !== undefined && !uuid.test(String(info.appAccountToken)))
        throw refuse(4000033);
      if (storefront !== undefined && !/^[A-Z]{3}$/.test(String(storefront))) throw refuse(4000028);
      const transaction = findTransaction(context, caller, transactionId);
      const { originalTransactionId } = transaction;
      if (wants === "plain" && known.has(originalTransactionId)) throw refuse(4000176);
      if (wants === "advanced" && !known.has(originalTransactionId)) throw refuse(4030015);
      check(body);
      if (referenceIds.has(reference)) throw refuse(4000097);
      referenceIds.add(reference);
      known.set(originalTransactionId, { what, body });
      const subscription = context
        .environment()
        .subscriptions.find((one) => one.originalTransactionId === originalTransactionId);
      return {
        status: 200,
        json: {
          signedTransactionInfo: context.sign({ ...transaction }),
          // A refund answers the transaction alone.
          ...(subscription &&
            what !== "transaction/requestRefund" && {
              signedRenewalInfo: context.sign(renewalInfo(subscription, transaction)),
            }),
        },
      };
    };
    return { method: "POST", path: `/advancedCommerce/v1/${what}/{transactionId}`, perSecond: 50, handle };
  }

  return [
    route("subscription/cancel", [], () => {}),
    route("subscription/revoke", ["refundReason", "refundType", "refundRiskingPreference"], (body) => {
      checkRefund(body, sandbox());
      if (typeof body.refundRiskingPreference !== "boolean") throw refuse(4000159);
    }),
    route("subscription/changeMetadata", ["descriptors", "items", "taxCode"], ({ descriptors, items }) => {
      const named = items === undefined ? [] : itemsOf(items, changed);
      for (const item of named) {
        if (item.currentSKU === undefined) throw refuse(4000169);
      }
      for (const change of [...named, ...(isJsonObject(descriptors) ? [descriptors] : [])]) {
        if (change.effective === undefined) throw refuse(4000111);
        if (change.displayName !== undefined) checkText(change.displayName, 30, 4000106, 4000089);
        if (change.description !== undefined) checkText(change.description, 45, 4000107, 4000088);
      }
    }),
    route("subscription/changePrice", ["currency", "items"], ({ items }) => {
      for (const { SKU, price } of itemsOf(items, ["SKU", "price", "dependentSKUs"])) {
        checkText(SKU, 128, 4000105, 4000087);
        if (price === undefined) throw refuse(4000109);
        if (!Number.isInteger(price) || Number(price) < 0) throw refuse(4000086);
      }
    }),
    route(
      "subscription/migrate",
      ["targetProductId", "descriptors", "items", "renewalItems", "taxCode"],
      (body) => {
        if (!isJsonObject(body.descriptors)) throw refuse(4000103);
        checkNames(body.descriptors);
        if (body.targetProductId === undefined) throw refuse(4000166);
        if (body.taxCode === undefined) throw refuse(4000099);
        const renewing = body.renewalItems === undefined ? [] : itemsOf(body.renewalItems, sold);
        for (const item of [...itemsOf(body.items, sold), ...renewing]) {
          checkText(item.SKU, 128, 4000105, 4000087);
          checkNames(item);
        }
      },
      "plain",
    ),
    route("transaction/requestRefund", ["currency", "items", "refundRiskingPreference"], (body) => {
      if (typeof body.refundRiskingPreference !== "boolean") throw refuse(4000159);
      for (const item of itemsOf(body.items, refunded)) {
        checkText(item.SKU, 128, 4000105, 4000087);
        checkRefund(item, sandbox());
        if (typeof item.revoke !== "boolean") throw refuse(4000000);
      }
    }),
  ];
}

/** Members of the items of each call. */
const changed = ["currentSKU", "effective", "displayName", "description", "SKU"];
const sold = ["SKU", "displayName", "description"];
const refunded = ["SKU", "refundReason", "refundType", "refundAmount", "revoke"];
