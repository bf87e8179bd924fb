import type { JsonObject } from "../core/json.ts";
import type { Transaction } from "../world/transactions.ts";
import type { ServerCaller } from "./authenticate.ts";
import { allowQuery, customerTransactions, type ServerContext, type ServerRoute } from "./context.ts";
import { noEndpoint, refuse } from "./errors.ts";

/** What the download of the app by a customer says, made of the first purchase. */
function appTransaction(
  [first]: readonly Transaction[],
  { appAppleId }: ServerCaller,
  nowMs: number,
): JsonObject {
  if (first === undefined) throw refuse(4040010);
  const { environment, bundleId, appTransactionId, purchaseDate } = first;
  return {
    receiptType: environment,
    // The sandbox does not name the app's Apple ID.
    ...(environment === "Production" && { appAppleId }),
    bundleId,
    applicationVersion: "412",
    originalApplicationVersion: environment === "Production" ? "398" : "1.0",
    originalPurchaseDate: purchaseDate - 3_600_000,
    receiptCreationDate: nowMs,
    appTransactionId,
    originalPlatform: "iOS",
  };
}

/** What is found by an order, and what a customer's download of the app says. */
export function lookUpRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "GET",
      path: "/inApps/v1/lookup/{orderId}",
      perSecond: 10,
      handle: (call, { orderId = "" }, caller) => {
        allowQuery(call, []);
        const { name, orders, transactions } = context.environment();
        if (name === "Sandbox") throw noEndpoint();
        const ids = orders.get(orderId) ?? [];
        const found = transactions.filter(
          (known) => known.bundleId === caller.bundleId && ids.includes(known.transactionId),
        );
        // An order that is unknown, or of another app, is an answer and no error.
        if (found.length === 0) return { status: 200, json: { status: 1 } };
        const signedTransactions = found.map((known) => context.sign({ ...known }));
        return { status: 200, json: { status: 0, signedTransactions } };
      },
    },
    {
      method: "GET",
      path: "/inApps/v1/transactions/appTransactions/{transactionId}",
      perSecond: 50,
      handle: (call, { transactionId }, caller) => {
        allowQuery(call, []);
        const purchases = customerTransactions(context, caller, transactionId);
        const { withoutAppTransaction } = context.environment();
        if (withoutAppTransaction.has(purchases[0]?.appTransactionId ?? "")) throw refuse(4040019);
        const signed = context.sign(appTransaction(purchases, caller, call.nowMs));
        return { status: 200, json: { signedAppTransactionInfo: signed } };
      },
    },
  ];
}
