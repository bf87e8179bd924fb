import type { JsonObject } from "../core/json.ts";
import type { Subscription, Transaction } from "../world/transactions.ts";
import { allowQuery, customerTransactions, type ServerContext, type ServerRoute } from "./context.ts";
import { refuse } from "./errors.ts";

/** Days of grace that App Store Connect offers at most, in milliseconds. */
const gracePeriod = 28 * 86_400_000;

/** What Apple tells of the next renewal of a subscription, given its last transaction. */
export function renewalInfo(subscription: Subscription, latest: Transaction): JsonObject {
  const { status } = subscription;
  return {
    originalTransactionId: subscription.originalTransactionId,
    autoRenewProductId: subscription.autoRenewProductId,
    productId: latest.productId,
    autoRenewStatus: subscription.autoRenewStatus,
    ...(subscription.expirationIntent !== undefined && { expirationIntent: subscription.expirationIntent }),
    ...(subscription.autoRenewStatus === 1 && {
      renewalPrice: latest.price,
      renewalDate: latest.expiresDate,
    }),
    ...((status === 3 || status === 4) && { isInBillingRetryPeriod: true }),
    ...(status === 4 && { gracePeriodExpiresDate: (latest.expiresDate ?? 0) + gracePeriod }),
    currency: latest.currency,
    signedDate: latest.signedDate,
    environment: latest.environment,
    recentSubscriptionStartDate: latest.originalPurchaseDate,
    appTransactionId: latest.appTransactionId,
  };
}

/** The subscriptions of a customer, by group, each with its last transaction. */
export function subscriptionRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "GET",
      path: "/inApps/v1/subscriptions/{transactionId}",
      perSecond: 50,
      handle: (call, { transactionId }, caller) => {
        allowQuery(call, ["status"]);
        const wanted = call.query.map(([, value]) => value);
        if (wanted.some((status) => !/^[1-5]$/.test(status))) throw refuse(4000031);
        const { name, subscriptions } = context.environment();
        const transactions = customerTransactions(context, caller, transactionId);
        const groups = new Map<string, JsonObject[]>();
        for (const subscription of subscriptions) {
          const { subscriptionGroupIdentifier: group, originalTransactionId, status } = subscription;
          const latest = transactions
            .filter((known) => known.originalTransactionId === originalTransactionId)
            .sort((a, b) => b.purchaseDate - a.purchaseDate)[0];
          if (latest === undefined || (wanted.length > 0 && !wanted.includes(String(status)))) continue;
          const item: JsonObject = {
            originalTransactionId,
            status,
            signedTransactionInfo: context.sign({ ...latest }),
            signedRenewalInfo: context.sign(renewalInfo(subscription, latest)),
          };
          groups.set(group, [...(groups.get(group) ?? []), item]);
        }
        const data = [...groups].map(([subscriptionGroupIdentifier, lastTransactions]) => ({
          subscriptionGroupIdentifier,
          lastTransactions,
        }));
        const appAppleId = name === "Production" && { appAppleId: caller.appAppleId };
        return { status: 200, json: { environment: name, bundleId: caller.bundleId, ...appAppleId, data } };
      },
    },
  ];
}
