import { isJsonObject, parseJson } from "../core/json.ts";
import {
  allowQuery,
  customerTransactions,
  findTransaction,
  pageAfter,
  type ServerContext,
  type ServerRoute,
  single,
} from "./context.ts";
import { refuse } from "./errors.ts";
import { historyFilter } from "./history-filter.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Transactions, their history and refunds, and the app account token. */
export function transactionRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "GET",
      path: "/inApps/v1/transactions/{transactionId}",
      perSecond: 50,
      handle: (call, { transactionId }, caller) => {
        allowQuery(call, []);
        const transaction = findTransaction(context, caller, transactionId);
        return { status: 200, json: { signedTransactionInfo: context.sign({ ...transaction }) } };
      },
    },
    {
      method: "GET",
      path: "/inApps/v2/history/{transactionId}",
      perSecond: 50,
      handle: (call, { transactionId }, caller) => {
        const filter = historyFilter(call);
        const transactions = filter(customerTransactions(context, caller, transactionId));
        const { page, hasMore, revision } = pageAfter(transactions, single(call, "revision"));
        const { name } = context.environment();
        return {
          status: 200,
          json: {
            revision,
            hasMore,
            bundleId: caller.bundleId,
            // The sandbox does not name the app's Apple ID.
            ...(name === "Production" && { appAppleId: caller.appAppleId }),
            environment: name,
            signedTransactions: page.map((transaction) => context.sign({ ...transaction })),
          },
        };
      },
    },
    {
      method: "GET",
      path: "/inApps/v2/refund/lookup/{transactionId}",
      perSecond: 10,
      handle: (call, { transactionId }, caller) => {
        allowQuery(call, ["revision"]);
        const refunds = customerTransactions(context, caller, transactionId)
          .filter(({ revocationDate }) => revocationDate !== undefined)
          .sort((a, b) => (a.revocationDate ?? 0) - (b.revocationDate ?? 0));
        const { page, hasMore, revision } = pageAfter(refunds, single(call, "revision"));
        const signedTransactions = page.map((transaction) => context.sign({ ...transaction }));
        return { status: 200, json: { hasMore, revision, signedTransactions } };
      },
    },
    {
      method: "PUT",
      path: "/inApps/v1/transactions/{originalTransactionId}/appAccountToken",
      perSecond: 20,
      handle: (call, { originalTransactionId }, caller) => {
        allowQuery(call, []);
        const body = parseJson(call.body.toString("utf8"));
        if (!isJsonObject(body) || Object.keys(body).some((name) => name !== "appAccountToken"))
          throw refuse(4000000);
        const { appAccountToken } = body;
        if (typeof appAccountToken !== "string" || !uuid.test(appAccountToken)) throw refuse(4000183);
        const transaction = findTransaction(context, caller, originalTransactionId);
        if (transaction.inAppOwnershipType === "FAMILY_SHARED") throw refuse(4000185);
        if (transaction.originalTransactionId !== originalTransactionId) throw refuse(4000187);
        for (const other of context.environment().transactions)
          if (other.originalTransactionId === originalTransactionId && other.bundleId === caller.bundleId)
            other.appAccountToken = appAccountToken.toLowerCase();
        return { status: 200 };
      },
    },
  ];
}
