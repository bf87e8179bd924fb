import { randomUUID } from "node:crypto";
import type { PayloadSigner } from "../app-store-server/payload-signer.ts";
import { renewalInfo } from "../app-store-server/subscriptions.ts";
import type { JsonObject } from "../core/json.ts";
import type { ServerEnvironment, Subscription, Transaction } from "../world/transactions.ts";
import { aboutOf, type Fitting, notificationTypes } from "./types.ts";

/** What a notification is to be about. What is left out is chosen from the world. */
export interface NotificationWish {
  type: string;
  subtype: string | null;
  bundleId: string;
  appAppleId: number;
  productId?: string;
  transactionId?: string;
  /** When it is signed, in milliseconds. */
  at: number;
  notificationUUID?: string;
  /** The purchase is so already: it is told of as it is. */
  happened?: boolean;
}

/** A notification as it is signed, and whose purchase it is about. */
export interface BuiltNotification {
  payload: JsonObject;
  originalTransactionId: string | undefined;
}

const subscriptionType = "Auto-Renewable Subscription";

/**
 * The payload of a notification, what is signed inside it signed. It tells of an event and makes none: the world stays
 * as it is.
 *
 * @throws RangeError for a purchase that the environment does not have.
 */
export function buildNotification(
  environment: ServerEnvironment,
  sign: PayloadSigner,
  wish: NotificationWish,
): BuiltNotification {
  const { type, subtype, bundleId, at } = wish;
  const { name } = environment;
  const app = { ...(name === "Production" && { appAppleId: wish.appAppleId }), bundleId };
  const about = { ...app, environment: name };
  const envelope = {
    notificationType: type,
    ...(subtype !== null && { subtype }),
    notificationUUID: wish.notificationUUID ?? randomUUID(),
    version: "2.0",
    signedDate: at,
  };
  const without = (parts: JsonObject) => ({
    payload: { ...envelope, ...parts },
    originalTransactionId: undefined,
  });
  switch (aboutOf(type, subtype)) {
    case "nothing":
      return without({ data: about });
    case "summary":
      return without({ summary: { ...about, ...summaryOf(environment, wish) } });
    case "external-purchase":
      return without({
        externalPurchaseToken: { ...app, appAppleId: wish.appAppleId, ...externalPurchase(name, at) },
      });
    case "app":
      return without({ appData: { ...about, signedAppTransactionInfo: sign(appTransaction(name, wish)) } });
    default: {
      const purchase = findPurchase(environment, wish);
      const data = dataOf(environment, sign, wish, purchase);
      return {
        payload: { ...envelope, data: { ...about, bundleVersion: "12", ...data } },
        originalTransactionId: purchase.originalTransactionId,
      };
    }
  }
}

/** The newest purchase that fits the wish. */
function findPurchase({ name, transactions }: ServerEnvironment, wish: NotificationWish): Transaction {
  const { type, subtype, bundleId, productId, transactionId } = wish;
  const ofSubscription = aboutOf(type, subtype) === "subscription";
  const fitting = transactions
    .filter((known) => known.bundleId === bundleId)
    .filter((known) => transactionId === undefined || known.transactionId === transactionId)
    .filter((known) => productId === undefined || known.productId === productId)
    .filter((known) => !ofSubscription || known.type === subscriptionType)
    .sort((a, b) => b.purchaseDate - a.purchaseDate);
  if (fitting[0]) return fitting[0];
  const products = transactions
    .filter((known) => known.bundleId === bundleId)
    .map((known) => known.productId);
  throw new RangeError(
    `${name} has no ${ofSubscription ? "subscription" : "purchase"} of ${bundleId} like that. Products that were bought: ${[...new Set(products)].join(", ") || "none"}.`,
  );
}

/** `data` of a notification about a purchase: as it is, but for what its type says happened where it has not. */
function dataOf(
  { subscriptions }: ServerEnvironment,
  sign: PayloadSigner,
  { type, subtype, at, happened = false }: NotificationWish,
  purchase: Transaction,
): JsonObject {
  const fitting: Fitting = (happened ? undefined : notificationTypes[type]?.fit?.(subtype, at)) ?? {};
  const transaction = { ...purchase, signedDate: at, ...fitting.transaction };
  const subscription: Subscription | undefined = subscriptions.find(
    ({ originalTransactionId }) => originalTransactionId === purchase.originalTransactionId,
  );
  return {
    ...fitting.data,
    signedTransactionInfo: sign(transaction),
    ...(subscription && {
      status: fitting.status ?? (happened ? subscription.status : 1),
      signedRenewalInfo: sign({
        ...renewalInfo(subscription, purchase),
        signedDate: at,
        ...fitting.renewal,
      }),
    }),
  };
}

function summaryOf(environment: ServerEnvironment, wish: NotificationWish): JsonObject {
  const productId = wish.productId ?? findPurchase(environment, { ...wish, subtype: "FAILURE" }).productId;
  return { requestIdentifier: randomUUID(), productId, succeededCount: 2, failedCount: 1 };
}

/** Apple marks tokens of the sandbox by how they begin. */
function externalPurchase(name: ServerEnvironment["name"], at: number): JsonObject {
  const id = randomUUID();
  return { externalPurchaseId: name === "Sandbox" ? `SANDBOX_${id}` : id, tokenCreationDate: at };
}

function appTransaction(name: ServerEnvironment["name"], wish: NotificationWish): JsonObject {
  const { bundleId, appAppleId, at } = wish;
  return {
    receiptType: name,
    appAppleId: name === "Production" ? appAppleId : 0,
    bundleId,
    applicationVersion: "12",
    receiptCreationDate: at,
    originalPurchaseDate: at,
    originalApplicationVersion: "1",
    deviceVerification: "AAAA",
    deviceVerificationNonce: randomUUID(),
  };
}
