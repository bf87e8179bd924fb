import { type ServerEnvironment, type Subscription, type Transaction, transaction } from "./transactions.ts";

/*
 * Customers beside those of transactions.ts: subscribers of Stillwater, one for each state of a subscription, and one of
 * Harbor Kings with refunds.
 *
 * | what | transactions in production | in the sandbox |
 * | --- | --- | --- |
 * | active, began with a trial of a week | 310000000000101 to 104 | 2000000000010101 to 104 |
 * | expired: the customer cancelled | 310000000000201, 202 | 2000000000010201, 202 |
 * | in billing retry: the card was refused | 310000000000301, 302 | 2000000000010301, 302 |
 * | in the billing grace period | 310000000000401, 402 | 2000000000010401, 402 |
 * | revoked: the last period was refunded | 310000000000501, 502 | 2000000000010501, 502 |
 * | purchases, all but the last two refunded | 310000000001001 to 1047 | 2000000000011001 to 1023 |
 *
 * Orders, in production alone: MSW0000101 (the active subscriber's first period), MHK0001001 (the first three of the
 * refunded purchases). That customer's download of the app is not known to Apple.
 */

/** Milliseconds. */
const day = 86_400_000;
/** Near enough to a month here. */
const period = 30 * day;

type Environment = Transaction["environment"];

/** The states, with what tells them apart: days since the last period began, and whether it renews. */
const states = [
  { status: 1, periods: 4, begun: 10, autoRenewStatus: 1 },
  { status: 2, periods: 2, begun: 50, autoRenewStatus: 0, expirationIntent: 1 },
  { status: 3, periods: 2, begun: 33, autoRenewStatus: 1, expirationIntent: 2 },
  { status: 4, periods: 2, begun: 31, autoRenewStatus: 1, expirationIntent: 2 },
  { status: 5, periods: 2, begun: 20, autoRenewStatus: 0, expirationIntent: 1 },
] as const;

type State = (typeof states)[number];

const monthly = {
  bundleId: "com.example.stillwater",
  productId: "com.example.stillwater.plus.monthly",
  subscriptionGroupIdentifier: "21500001",
};

function periodsOf(environment: Environment, state: State, first: number, now: number): Transaction[] {
  const { status, periods, begun } = state;
  const last = now - begun * day;
  const start = last - (periods - 1) * period;
  return Array.from({ length: periods }, (_, index) => {
    const purchaseDate = start + index * period;
    const isLast = index === periods - 1;
    return transaction(environment, {
      ...monthly,
      transactionId: String(first + index),
      originalTransactionId: String(first),
      webOrderLineItemId: String(first + 5_000 + index),
      type: "Auto-Renewable Subscription",
      originalPurchaseDate: start,
      purchaseDate,
      expiresDate: purchaseDate + period,
      appTransactionId: String(first + 7_000),
      transactionReason: index === 0 ? "PURCHASE" : "RENEWAL",
      ...(status === 1 &&
        index === 0 && { offerType: 1, offerDiscountType: "FREE_TRIAL", offerPeriod: "P1W", price: 0 }),
      ...(status === 5 && isLast && { revocationDate: now - 5 * day, revocationReason: 0 }),
    });
  });
}

function subscriptionOf(state: State, first: number): Subscription {
  const { status, autoRenewStatus } = state;
  return {
    bundleId: monthly.bundleId,
    subscriptionGroupIdentifier: monthly.subscriptionGroupIdentifier,
    originalTransactionId: String(first),
    status,
    autoRenewStatus,
    autoRenewProductId: monthly.productId,
    ...("expirationIntent" in state && { expirationIntent: state.expirationIntent }),
  };
}

/** Purchases a day apart, all but the last two refunded three days after. */
function refunds(environment: Environment, first: number, count: number, now: number): Transaction[] {
  return Array.from({ length: count }, (_, index) => {
    const purchaseDate = now - (count + 10 - index) * day;
    return transaction(environment, {
      transactionId: String(first + index),
      bundleId: "com.example.harborkings",
      productId: `com.example.harborkings.gems.${(index % 5) + 1}`,
      purchaseDate,
      appTransactionId: String(first + 7_000),
      type: "Consumable",
      price: ((index % 5) + 1) * 1000 - 10,
      ...(index < count - 2 && { revocationDate: purchaseDate + 3 * day, revocationReason: index % 2 }),
    });
  });
}

function add(environment: ServerEnvironment, base: number, refunded: number, now: number): void {
  const { name, transactions, subscriptions, withoutAppTransaction } = environment;
  const firstRefund = base + 1_001;
  for (const state of states) {
    const first = base + state.status * 100 + 1;
    transactions.push(...periodsOf(name, state, first, now));
    subscriptions.push(subscriptionOf(state, first));
  }
  transactions.push(...refunds(name, firstRefund, refunded, now));
  withoutAppTransaction.add(String(firstRefund + 7_000));
  // Apple signs whatever it answers, old or new, when it answers.
  for (const known of transactions) known.signedDate = now;
}

/** Adds the customers of production. */
export function addCustomers(production: ServerEnvironment, now: number): void {
  const base = 310_000_000_000_000;
  add(production, base, 47, now);
  production.orders.set("MSW0000101", [String(base + 101)]);
  production.orders.set(
    "MHK0001001",
    [1, 2, 3].map((number) => String(base + 1_000 + number)),
  );
}

/** Adds testers in the same states. Orders exist in production alone. */
export function addTesters(sandbox: ServerEnvironment, now: number): void {
  add(sandbox, 2_000_000_000_010_000, 23, now);
}
