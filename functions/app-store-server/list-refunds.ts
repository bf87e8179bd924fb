import { transactionId } from "../fields.ts";
import { path } from "../upstream/path.ts";
import { appStoreServerList } from "./operation.ts";
import { revisionInput, revisionOutput, revisionPage } from "./revision-pages.ts";
import { TransactionRow } from "./transaction-fields.ts";

export const listRefunds = appStoreServerList({
  id: "ListRefunds",
  summary: "List refunds",
  description:
    "Lists the purchases of a customer in the app that Apple has refunded, the oldest refund first. Any transaction ID of the customer will do.",
  route: "app-store-server/transactions/{transactionId}/refunds",
  input: { transactionId, ...revisionInput },
  further: revisionOutput,
  item: TransactionRow,
  run: ({ transactionId, revision }, server, wish) =>
    revisionPage(server, {
      call: { path: path`/inApps/v2/refund/lookup/${transactionId}`, perSecond: 10 },
      revision,
      wish,
    }),
});
