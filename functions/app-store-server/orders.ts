import * as Type from "typebox";
import { flag, integer, list, text, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { appStoreServerOperation } from "./operation.ts";
import { TransactionRow, transactionRows } from "./transaction-fields.ts";

/** Texts of Apple's OrderLookupStatus, which shares its name with that of subscriptions. */
const statusTexts: Readonly<Record<number, string>> = { 0: "Valid", 1: "Invalid" };

export const lookUpOrder = appStoreServerOperation({
  id: "LookUpOrder",
  summary: "Look up an order",
  description:
    "Finds what was bought by the order ID that a customer reads on the receipt that Apple sent. Orders exist in production alone.",
  method: "GET",
  route: "app-store-server/orders/{orderId}",
  visibility: "important",
  only: "Production",
  input: {
    orderId: text("Order ID", "Order ID on the customer's receipt, such as MK5TTTVWJH.", {
      pattern: "^[A-Za-z0-9]{1,64}$",
      form: "an order ID: letters and digits, such as MK5TTTVWJH",
      visibility: "important",
    }),
  },
  title: "Order",
  output: {
    found: flag("Found", "Whether the order is one of the app."),
    status: Type.Optional(integer("Status", "0 where the order is valid, 1 where it is not one of the app.")),
    statusText: Type.Optional(words("Status text", "Valid or Invalid.")),
    value: list(
      "Transactions",
      "What was bought with the order; none where it is not valid.",
      TransactionRow,
    ),
  },
  async run({ orderId }, server) {
    const answer = await server.ask({
      method: "GET",
      path: path`/inApps/v1/lookup/${orderId}`,
      perSecond: 10,
    });
    const { status, signedTransactions } = answer.body;
    const statusText = typeof status === "number" ? statusTexts[status] : undefined;
    return {
      environment: answer.environment,
      found: status === 0,
      ...(typeof status === "number" && { status }),
      ...(statusText !== undefined && { statusText }),
      // Apple leaves the list out where there is nothing.
      value: signedTransactions === undefined ? [] : await transactionRows(answer),
    };
  },
});
