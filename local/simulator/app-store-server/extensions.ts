import type { JsonObject } from "../core/json.ts";
import { allowQuery, bodyOf, findTransaction, type ServerContext, type ServerRoute } from "./context.ts";
import { refuse } from "./errors.ts";

/** Milliseconds. */
const day = 86_400_000;

/** @throws Refused for days, reason or request identifier that Apple does not take. */
function checkExtension({ extendByDays, extendReasonCode, requestIdentifier }: JsonObject): number {
  const days = Number.isInteger(extendByDays) ? Number(extendByDays) : 0;
  if (days < 1 || days > 90) throw refuse(4000009);
  if (!Number.isInteger(extendReasonCode) || Number(extendReasonCode) < 0 || Number(extendReasonCode) > 3)
    throw refuse(4000010);
  if (typeof requestIdentifier !== "string" || !/^.{1,128}$/.test(requestIdentifier)) throw refuse(4000011);
  return days;
}

const members = ["extendByDays", "extendReasonCode", "requestIdentifier"];

/** Extensions of one subscription, and of all subscribers of a product. */
export function extensionRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "PUT",
      path: "/inApps/v1/subscriptions/extend/{originalTransactionId}",
      perSecond: 20,
      handle: (call, { originalTransactionId }, caller) => {
        allowQuery(call, []);
        const days = checkExtension(bodyOf(call, members));
        const first = findTransaction(context, caller, originalTransactionId, 4040005);
        const { transactions, subscriptions, writes } = context.environment();
        if (first.originalTransactionId !== originalTransactionId) throw refuse(4000008);
        if (first.inAppOwnershipType === "FAMILY_SHARED") throw refuse(4030007);
        const subscription = subscriptions.find(
          (known) => known.originalTransactionId === originalTransactionId,
        );
        const latest = transactions
          .filter((known) => known.originalTransactionId === originalTransactionId)
          .sort((a, b) => b.purchaseDate - a.purchaseDate)[0];
        if (subscription?.status !== 1 || latest?.expiresDate === undefined) throw refuse(4030004);
        const before = (writes.extensions.get(originalTransactionId) ?? []).filter(
          (at) => at > call.nowMs - 365 * day,
        );
        if (before.length >= 2) throw refuse(4030005);
        writes.extensions.set(originalTransactionId, [...before, call.nowMs]);
        latest.expiresDate += days * day;
        return {
          status: 200,
          json: {
            originalTransactionId,
            webOrderLineItemId: latest.webOrderLineItemId ?? "0",
            success: true,
            effectiveDate: latest.expiresDate,
          },
        };
      },
    },
    {
      method: "POST",
      path: "/inApps/v1/subscriptions/extend/mass",
      perSecond: 1,
      handle: (call, _parameters, caller) => {
        allowQuery(call, []);
        const body = bodyOf(call, [...members, "productId", "storefrontCountryCodes"]);
        const days = checkExtension(body);
        const { productId, requestIdentifier, storefrontCountryCodes: storefronts } = body;
        const { transactions, writes } = context.environment();
        const sold = transactions.some(
          (known) =>
            known.bundleId === caller.bundleId &&
            known.productId === productId &&
            known.type === "Auto-Renewable Subscription",
        );
        if (!sold) throw refuse(4000023);
        if (storefronts !== undefined) {
          if (!Array.isArray(storefronts) || storefronts.length === 0) throw refuse(4000027);
          if (storefronts.some((code) => !/^[A-Z]{3}$/.test(String(code)))) throw refuse(4000028);
        }
        const key = `${caller.bundleId} ${String(productId)} ${String(requestIdentifier)}`;
        // Once: the same request identifier is answered again and does nothing.
        if (!writes.massExtensions.has(key))
          writes.massExtensions.set(key, { requestedAt: call.nowMs, asked: 0, days });
        return { status: 200, json: { requestIdentifier: String(requestIdentifier) } };
      },
    },
    {
      method: "GET",
      path: "/inApps/v1/subscriptions/extend/mass/{productId}/{requestIdentifier}",
      perSecond: 50,
      handle: (call, { productId, requestIdentifier = "" }, caller) => {
        allowQuery(call, []);
        const { writes } = context.environment();
        const extension = writes.massExtensions.get(`${caller.bundleId} ${productId} ${requestIdentifier}`);
        if (extension === undefined) throw refuse(4040009);
        extension.asked += 1;
        if (extension.asked <= writes.asksUntilComplete)
          return { status: 200, json: { requestIdentifier, complete: false } };
        const counts = { completeDate: call.nowMs, succeededCount: 2, failedCount: 1 };
        return { status: 200, json: { requestIdentifier, complete: true, ...counts } };
      },
    },
  ];
}
