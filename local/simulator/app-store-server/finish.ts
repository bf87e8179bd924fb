import { allowQuery, findTransaction, noBody, type ServerContext, type ServerRoute } from "./context.ts";

/** Finishing transactions from a server. */
export function finishRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "POST",
      path: "/inApps/v1/transactions/{transactionId}/finish",
      perSecond: 50,
      handle: (call, { transactionId }, caller) => {
        allowQuery(call, []);
        noBody(call);
        const transaction = findTransaction(context, caller, transactionId);
        context.environment().writes.finished.add(transaction.transactionId);
        return { status: 200 };
      },
    },
  ];
}
