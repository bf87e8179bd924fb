import { originalTransactionId, transactionId, uuidPattern } from "../fields.ts";
import { text } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { appStoreServerOperation } from "./operation.ts";

export const setAppAccountToken = appStoreServerOperation({
  id: "SetAppAccountToken",
  summary: "Set the app account token of a purchase",
  description:
    "Ties a purchase, with all its renewals, to an account of your own by a UUID. A token that is there is replaced.",
  method: "PUT",
  route: "app-store-server/transactions/{originalTransactionId}/app-account-token",
  input: {
    originalTransactionId,
    appAccountToken: text("App account token", "UUID by which your own records know the customer.", {
      pattern: uuidPattern,
      form: "a UUID, such as e5b07bb3-b5f3-40a8-8a2d-197d30b6beff",
      visibility: "important",
    }),
  },
  title: "Set app account token",
  output: {},
  run: ({ originalTransactionId, appAccountToken }, server) =>
    server.write({
      method: "PUT",
      path: path`/inApps/v1/transactions/${originalTransactionId}/appAccountToken`,
      json: { appAccountToken },
      idempotent: true,
      perSecond: 20,
    }),
});

export const finishTransaction = appStoreServerOperation({
  id: "FinishTransaction",
  summary: "Finish a transaction",
  description:
    "Marks a transaction as finished: the customer has what was bought, and the app is not told of it again.",
  method: "POST",
  route: "app-store-server/transactions/{transactionId}/finish",
  input: { transactionId },
  title: "Finished transaction",
  output: {},
  run: ({ transactionId }, server) =>
    server.write({
      method: "POST",
      path: path`/inApps/v1/transactions/${transactionId}/finish`,
      idempotent: true,
      perSecond: 50,
    }),
});
