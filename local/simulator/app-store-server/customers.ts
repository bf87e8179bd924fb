import type { Json } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import type { ServerEnvironment, Transaction } from "../world/transactions.ts";
import type { World } from "../world/world.ts";

/** What a control did: the transaction as it is now, or why nothing was done. */
export type Changed = { transaction: Transaction; environment: ServerEnvironment } | string;

interface Found {
  environment: ServerEnvironment;
  transaction: Transaction;
}

/** IDs are of one environment alone. */
function find({ appStoreServer }: World, id: Json | undefined): Found | undefined {
  for (const environment of [appStoreServer.production, appStoreServer.sandbox]) {
    const transaction = environment.transactions.find((known) => known.transactionId === id);
    if (transaction) return { environment, transaction };
  }
  return undefined;
}

const lastOf = (
  { transactions }: ServerEnvironment,
  originalTransactionId: string,
): Transaction | undefined =>
  transactions
    .filter((known) => known.originalTransactionId === originalTransactionId)
    .sort((a, b) => b.purchaseDate - a.purchaseDate)[0];

/** Refunds a purchase: `{ "transactionId", "revocationReason"? }`. A subscription's last period takes access away. */
export function refundPurchase(world: World, body: Json | undefined, nowMs: number): Changed {
  const { transactionId, revocationReason = 0 } = isJsonObject(body) ? body : {};
  if (revocationReason !== 0 && revocationReason !== 1) return "revocationReason must be 0 or 1.";
  const found = find(world, transactionId);
  if (!found) return "transactionId must be the ID of a transaction.";
  const { environment, transaction } = found;
  if (transaction.revocationDate !== undefined) return "The transaction was refunded before.";
  Object.assign(transaction, { revocationDate: nowMs, revocationReason, signedDate: nowMs });
  const { originalTransactionId } = transaction;
  const subscription = environment.subscriptions.find(
    (known) => known.originalTransactionId === originalTransactionId,
  );
  if (subscription && lastOf(environment, originalTransactionId) === transaction) {
    Object.assign(subscription, { status: 5, autoRenewStatus: 0 });
  }
  return found;
}

/**
 * Renews a subscription from now on, for as long as its last period: `{ "originalTransactionId" }`. Whatever state it was
 * in, it is active then.
 */
export function renewSubscription(world: World, body: Json | undefined, nowMs: number): Changed {
  const { originalTransactionId } = isJsonObject(body) ? body : {};
  const found = find(world, originalTransactionId);
  const subscription = found?.environment.subscriptions.find(
    (known) => known.originalTransactionId === originalTransactionId,
  );
  if (!found || !subscription) return "originalTransactionId must be that of a subscription.";
  const { environment } = found;
  const last = lastOf(environment, subscription.originalTransactionId) ?? found.transaction;
  const { revocationDate: _date, revocationReason: _reason, ...same } = last;
  const length = (last.expiresDate ?? 0) - last.purchaseDate;
  const highest = environment.transactions.reduce(
    (most, { transactionId }) => (BigInt(transactionId) > most ? BigInt(transactionId) : most),
    0n,
  );
  const transaction: Transaction = {
    ...same,
    transactionId: String(highest + 1n),
    purchaseDate: nowMs,
    expiresDate: nowMs + length,
    signedDate: nowMs,
    transactionReason: "RENEWAL",
  };
  environment.transactions.push(transaction);
  Object.assign(subscription, { status: 1, autoRenewStatus: 1 });
  delete subscription.expirationIntent;
  return { environment, transaction };
}
