import { transactionId } from "../fields.ts";
import { path } from "../upstream/path.ts";
import { appStoreServerOperation } from "./operation.ts";
import { signedTransaction, Transaction, transactionOf } from "./transaction-fields.ts";

export const getTransaction = appStoreServerOperation({
  id: "GetTransaction",
  summary: "Get a transaction",
  description: "Gets one purchase, renewal or refund by its transaction ID, verified and in plain fields.",
  method: "GET",
  route: "app-store-server/transactions/{transactionId}",
  visibility: "important",
  input: { transactionId },
  title: "Transaction",
  output: { transaction: Transaction, signedTransaction },
  async run({ transactionId }, server) {
    const answer = await server.ask({
      method: "GET",
      path: path`/inApps/v1/transactions/${transactionId}`,
      perSecond: 50,
    });
    const { signedTransactionInfo: signed } = answer.body;
    const transaction = await transactionOf(answer, signed, "signedTransactionInfo");
    return { environment: answer.environment, transaction, signedTransaction: String(signed) };
  },
});
