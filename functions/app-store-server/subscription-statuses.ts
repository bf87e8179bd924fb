import * as Type from "typebox";
import { transactionId } from "../fields.ts";
import { isObject } from "../json.ts";
import { flag, integer, list, words } from "../schema.ts";
import { friendly, hasAccess } from "../signed-payloads/index.ts";
import { path } from "../upstream/path.ts";
import { severalOf, severalText } from "./comma-separated.ts";
import { appStoreServerOperation } from "./operation.ts";
import { RenewalInfo, renewalInfoOf, signedRenewalInfo } from "./renewal-fields.ts";
import type { ServerAnswer } from "./server-answer.ts";
import { signedTransaction, Transaction, transactionOf } from "./transaction-fields.ts";

const SubscriptionStatus = Type.Object(
  {
    subscriptionGroupIdentifier: Type.Optional(
      words("Subscription group ID", "ID of the group of the subscription."),
    ),
    originalTransactionId: words(
      "Original transaction ID",
      "ID of the first transaction of the subscription.",
    ),
    hasAccess: flag(
      "Has access",
      "Whether the customer may use the subscription now: it is active, or in its billing grace period.",
    ),
    status: Type.Optional(
      integer("Status", "1 active, 2 expired, 3 billing retry, 4 billing grace period, 5 revoked."),
    ),
    statusText: Type.Optional(words("Status text", "Status in words, such as Active.")),
    transaction: Transaction,
    renewalInfo: Type.Optional(RenewalInfo),
    signedTransaction,
    signedRenewalInfo: Type.Optional(signedRenewalInfo),
  },
  { title: "Subscription status" },
);

export const getSubscriptionStatuses = appStoreServerOperation({
  id: "GetSubscriptionStatuses",
  summary: "Get subscription statuses",
  description:
    "Tells of each subscription of a customer whether it gives access, what was paid last and how it goes on. Any transaction ID of the customer will do.",
  method: "GET",
  route: "app-store-server/transactions/{transactionId}/subscriptions",
  visibility: "important",
  input: {
    transactionId,
    status: severalText(
      "Status",
      "Statuses to list, with commas between them: 1 active, 2 expired, 3 billing retry, 4 billing grace period, 5 revoked. Leave it empty for all.",
      { one: "\\d{1,2}", form: "numbers of statuses with commas between them, such as 1,4" },
    ),
  },
  title: "Subscription statuses",
  output: {
    bundleId: words("Bundle ID", "Bundle ID of the app."),
    value: list(
      "Subscriptions",
      "The customer's subscriptions, one for each that was ever bought.",
      SubscriptionStatus,
    ),
  },
  async run({ transactionId, status }, server) {
    const answer = await server.ask({
      method: "GET",
      path: path`/inApps/v1/subscriptions/${transactionId}`,
      query: severalOf("status", status),
      perSecond: 50,
    });
    return { environment: answer.environment, bundleId: server.bundleId, value: await rowsOf(answer) };
  },
});

/** A row for each subscription of each group. @throws RelayError where one is not to be believed. */
async function rowsOf(answer: ServerAnswer) {
  const rows = objects(answer, answer.body.data, "data").flatMap((group, at) => {
    const where = `data[${at}].lastTransactions`;
    const { subscriptionGroupIdentifier: id } = group;
    return objects(answer, group.lastTransactions, where).map(async (last, index) => ({
      ...((typeof id === "string" || typeof id === "number") && { subscriptionGroupIdentifier: String(id) }),
      ...(await rowOf(answer, last, `${where}[${index}]`)),
    }));
  });
  return Promise.all(rows);
}

async function rowOf(answer: ServerAnswer, last: Record<string, unknown>, where: string) {
  const { signedTransactionInfo: signed, signedRenewalInfo: renewal, status } = last;
  const originalTransactionId = String(last.originalTransactionId);
  const at = `${where}.signedTransactionInfo`;
  const transaction = await transactionOf(answer, signed, at);
  if (transaction.originalTransactionId !== originalTransactionId) {
    throw answer.refuse(at, "is that of another purchase.");
  }
  const { statusText } = friendly({ status });
  return {
    originalTransactionId,
    hasAccess: hasAccess(status),
    ...(typeof status === "number" && { status }),
    ...(typeof statusText === "string" && { statusText }),
    transaction,
    signedTransaction: String(signed),
    ...(renewal !== undefined && {
      renewalInfo: await renewalInfoOf(answer, transaction, renewal, `${where}.signedRenewalInfo`),
      signedRenewalInfo: String(renewal),
    }),
  };
}

function objects(answer: ServerAnswer, value: unknown, where: string): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw answer.refuse(where, "is no list.");
  if (!value.every(isObject)) throw answer.refuse(where, "holds something else than objects.");
  return value;
}
