import { createServerWrites, type ServerWrites } from "./server-writes.ts";

/** Milliseconds. */
const day = 86_400_000;

/** A transaction as its decoded payload names it; times in milliseconds, money in thousandths of the currency. */
export interface Transaction {
  transactionId: string;
  originalTransactionId: string;
  webOrderLineItemId?: string;
  bundleId: string;
  productId: string;
  subscriptionGroupIdentifier?: string;
  purchaseDate: number;
  originalPurchaseDate: number;
  expiresDate?: number;
  quantity: number;
  type: string;
  appAccountToken?: string;
  inAppOwnershipType: string;
  signedDate: number;
  revocationReason?: number;
  revocationDate?: number;
  environment: "Production" | "Sandbox";
  transactionReason: string;
  storefront: string;
  storefrontId: string;
  price: number;
  currency: string;
  appTransactionId: string;
  offerType?: number;
  offerDiscountType?: string;
  offerPeriod?: string;
}

/** One subscription as the statuses name it. */
export interface Subscription {
  bundleId: string;
  subscriptionGroupIdentifier: string;
  originalTransactionId: string;
  /** 1 active, 2 expired, 3 billing retry, 4 billing grace period, 5 revoked. */
  status: 1 | 2 | 3 | 4 | 5;
  autoRenewStatus: 0 | 1;
  autoRenewProductId: string;
  expirationIntent?: number;
}

/** One try to send a notification. */
export interface SendAttempt {
  attemptDate: number;
  /** Apple's word for how it ended, such as SUCCESS or NO_RESPONSE. */
  sendAttemptResult: string;
  /** What the receiver answered, where it did; Apple does not tell. */
  status?: number;
}

/** A notification in the history of its environment. */
export interface SentNotification {
  notificationUUID: string;
  bundleId: string;
  type: string;
  subtype: string | null;
  signedDate: number;
  originalTransactionId: string | undefined;
  signedPayload: string;
  /** Never sent, as if it had been lost on its way. */
  lost: boolean;
  /** Oldest first; empty until the first one has ended. */
  attempts: SendAttempt[];
}

/** One of the two environments of the App Store Server API. */
export interface ServerEnvironment {
  name: "Production" | "Sandbox";
  /** Transaction IDs by order ID, as customers read it on their receipt. */
  orders: Map<string, string[]>;
  /** Customers, by app transaction ID, of whose download Apple knows nothing. */
  withoutAppTransaction: Set<string>;
  /** Any transaction of a customer of an app leads to all of them: those that share `appTransactionId`. */
  transactions: Transaction[];
  subscriptions: Subscription[];
  /** Notifications that were made, oldest first. */
  notifications: SentNotification[];
  writes: ServerWrites;
}

type Facts = Pick<
  Transaction,
  "transactionId" | "bundleId" | "productId" | "purchaseDate" | "appTransactionId" | "type"
> &
  Partial<Transaction>;

/** A purchase of 4.99 US dollars, but for what is said. */
export function transaction(environment: Transaction["environment"], facts: Facts): Transaction {
  return {
    originalTransactionId: facts.transactionId,
    originalPurchaseDate: facts.purchaseDate,
    quantity: 1,
    inAppOwnershipType: "PURCHASED",
    signedDate: facts.purchaseDate,
    environment,
    transactionReason: "PURCHASE",
    storefront: "USA",
    storefrontId: "143441",
    price: 4990,
    currency: "USD",
    ...facts,
  };
}

const stillwater = { bundleId: "com.example.stillwater", subscriptionGroupIdentifier: "21500001" };
const subscriptionType = "Auto-Renewable Subscription";

function yearly(now: number): Transaction[] {
  const start = now - 400 * day;
  const common = {
    ...stillwater,
    productId: "com.example.stillwater.plus.yearly",
    type: subscriptionType,
    originalTransactionId: "300000000000001",
    originalPurchaseDate: start,
    appTransactionId: "704000000000000001",
    price: 39_990,
  };
  const renewed = start + 365 * day;
  return [
    { ...common, transactionId: "300000000000001", purchaseDate: start, expiresDate: renewed },
    {
      ...common,
      transactionId: "300000000000002",
      purchaseDate: renewed,
      expiresDate: renewed + 365 * day,
      transactionReason: "RENEWAL",
    },
  ].map((facts) => transaction("Production", facts));
}

/** 45: three pages of 20. */
function gemPurchases(now: number): Transaction[] {
  return Array.from({ length: 45 }, (_, index) =>
    transaction("Production", {
      transactionId: String(300_000_000_001_001 + index),
      bundleId: "com.example.harborkings",
      productId: `com.example.harborkings.gems.${(index % 5) + 1}`,
      purchaseDate: now - (60 - index) * day,
      appTransactionId: "704000000000000002",
      type: "Consumable",
      price: ((index % 5) + 1) * 1000 - 10,
    }),
  );
}

function refunded(now: number): Transaction {
  return transaction("Production", {
    ...stillwater,
    transactionId: "300000000002001",
    productId: "com.example.stillwater.plus.monthly",
    purchaseDate: now - 90 * day,
    expiresDate: now - 60 * day,
    type: subscriptionType,
    appTransactionId: "704000000000000003",
    revocationDate: now - 80 * day,
    revocationReason: 1,
    storefront: "DEU",
    storefrontId: "143443",
    currency: "EUR",
  });
}

/** Customers of the released apps. */
export function createProduction(now: number): ServerEnvironment {
  return {
    name: "Production",
    transactions: [...yearly(now), ...gemPurchases(now), refunded(now)],
    orders: new Map(),
    withoutAppTransaction: new Set(),
    subscriptions: [
      {
        ...stillwater,
        originalTransactionId: "300000000000001",
        status: 1,
        autoRenewStatus: 1,
        autoRenewProductId: "com.example.stillwater.plus.yearly",
      },
      {
        ...stillwater,
        originalTransactionId: "300000000002001",
        status: 5,
        autoRenewStatus: 0,
        autoRenewProductId: "com.example.stillwater.plus.monthly",
        expirationIntent: 1,
      },
    ],
    notifications: [],
    writes: createServerWrites(),
  };
}

/** Testers: none of these ids exists in production. */
export function createSandbox(now: number): ServerEnvironment {
  return {
    name: "Sandbox",
    orders: new Map(),
    withoutAppTransaction: new Set(),
    transactions: [
      transaction("Sandbox", {
        ...stillwater,
        transactionId: "2000000000000001",
        productId: "com.example.stillwater.plus.monthly",
        purchaseDate: now - day,
        expiresDate: now + 29 * day,
        type: subscriptionType,
        appTransactionId: "704000000000000101",
      }),
      transaction("Sandbox", {
        transactionId: "2000000000003001",
        bundleId: "com.example.harborkings.stickers",
        productId: "com.example.harborkings.stickers.gulls",
        purchaseDate: now - 2 * day,
        appTransactionId: "704000000000000103",
        type: "Non-Consumable",
        price: 990,
      }),
    ],
    subscriptions: [
      {
        ...stillwater,
        originalTransactionId: "2000000000000001",
        status: 1,
        autoRenewStatus: 1,
        autoRenewProductId: "com.example.stillwater.plus.monthly",
      },
    ],
    notifications: [],
    writes: createServerWrites(),
  };
}
