import type { JsonObject } from "../core/json.ts";

/** What a notification is about: its data is built from a subscription, any purchase, or neither. */
export type About = "subscription" | "purchase" | "nothing" | "summary" | "external-purchase" | "app";

/** How a type changes the data that its notifications carry. */
export interface Fitting {
  /** Status of the subscription. Absent: 1, active. */
  status?: number;
  /** Members of the transaction. */
  transaction?: JsonObject;
  /** Members of the renewal info. */
  renewal?: JsonObject;
  /** Members of `data` itself. */
  data?: JsonObject;
}

interface NotificationType {
  /** Subtypes that it comes with; null: without one. */
  subtypes: readonly (string | null)[];
  about: About;
  fit?(subtype: string | null, now: number): Fitting;
}

/** Milliseconds. */
const day = 86_400_000;

/** The plans of the default world that a customer can change between. */
const plans: Readonly<Record<string, string>> = {
  UPGRADE: "com.example.stillwater.plus.yearly",
  DOWNGRADE: "com.example.stillwater.plus.monthly",
};

const switchedPlan = (subtype: string | null): Fitting => {
  const autoRenewProductId = plans[subtype ?? ""];
  return autoRenewProductId === undefined ? {} : { renewal: { autoRenewProductId } };
};

const expirationIntents: Readonly<Record<string, number>> = {
  VOLUNTARY: 1,
  BILLING_RETRY: 2,
  PRICE_INCREASE: 3,
  PRODUCT_NOT_FOR_SALE: 4,
};

/** As the payloads of purchases by Advanced Commerce have it. */
const advancedCommerce = (price: number): Fitting => ({
  transaction: {
    advancedCommerceInfo: {
      requestReferenceId: "0d6b1f2c-8a01-4c57-9a3e-5e1f7a902b1d",
      taxCode: "C003-00-2",
      items: [{ SKU: "lessons", displayName: "Lessons", description: "Lessons of a month", price }],
    },
  },
});

/**
 * Every type of notification of version 2, with its subtypes. Source: Apple's pages on notificationType and subtype, and
 * apple/app-store-server-library-node 3.1.0. What each says in its data follows the description of the type there.
 */
export const notificationTypes: Readonly<Record<string, NotificationType>> = {
  SUBSCRIBED: { subtypes: ["INITIAL_BUY", "RESUBSCRIBE"], about: "subscription" },
  DID_CHANGE_RENEWAL_PREF: {
    subtypes: ["UPGRADE", "DOWNGRADE", null],
    about: "subscription",
    fit: switchedPlan,
  },
  DID_CHANGE_RENEWAL_STATUS: {
    subtypes: ["AUTO_RENEW_ENABLED", "AUTO_RENEW_DISABLED"],
    about: "subscription",
    fit: (subtype) => ({ renewal: { autoRenewStatus: subtype === "AUTO_RENEW_DISABLED" ? 0 : 1 } }),
  },
  OFFER_REDEEMED: {
    subtypes: ["UPGRADE", "DOWNGRADE", null],
    about: "subscription",
    fit: (subtype) => ({
      ...switchedPlan(subtype),
      transaction: {
        offerType: 2,
        offerIdentifier: "spring",
        offerDiscountType: "PAY_AS_YOU_GO",
        offerPeriod: "P1M",
      },
    }),
  },
  DID_RENEW: {
    subtypes: ["BILLING_RECOVERY", null],
    about: "subscription",
    fit: (_subtype, now) => ({ transaction: { transactionReason: "RENEWAL", purchaseDate: now } }),
  },
  EXPIRED: {
    subtypes: ["VOLUNTARY", "BILLING_RETRY", "PRICE_INCREASE", "PRODUCT_NOT_FOR_SALE", null],
    about: "subscription",
    fit: (subtype, now) => ({
      status: 2,
      transaction: { expiresDate: now },
      renewal: { autoRenewStatus: 0, expirationIntent: expirationIntents[subtype ?? ""] ?? 5 },
    }),
  },
  DID_FAIL_TO_RENEW: {
    subtypes: ["GRACE_PERIOD", null],
    about: "subscription",
    fit: (subtype, now) => ({
      status: subtype === null ? 3 : 4,
      transaction: { expiresDate: now },
      renewal: {
        isInBillingRetryPeriod: true,
        ...(subtype !== null && { gracePeriodExpiresDate: now + 16 * day }),
      },
    }),
  },
  GRACE_PERIOD_EXPIRED: {
    subtypes: [null],
    about: "subscription",
    fit: (_subtype, now) => ({
      status: 3,
      transaction: { expiresDate: now - 16 * day },
      renewal: { isInBillingRetryPeriod: true, gracePeriodExpiresDate: now },
    }),
  },
  PRICE_INCREASE: {
    subtypes: ["PENDING", "ACCEPTED"],
    about: "subscription",
    fit: (subtype) => ({ renewal: { priceIncreaseStatus: subtype === "PENDING" ? 0 : 1 } }),
  },
  REFUND: {
    subtypes: [null],
    about: "purchase",
    fit: (_subtype, now) => ({
      status: 5,
      transaction: { revocationDate: now, revocationReason: 1, revocationPercentage: 100_000 },
    }),
  },
  REFUND_DECLINED: { subtypes: [null], about: "purchase" },
  REFUND_REVERSED: { subtypes: [null], about: "purchase" },
  CONSUMPTION_REQUEST: {
    subtypes: [null],
    about: "purchase",
    fit: () => ({ data: { consumptionRequestReason: "UNSATISFIED_WITH_PURCHASE" } }),
  },
  RENEWAL_EXTENDED: {
    subtypes: [null],
    about: "subscription",
    fit: (_subtype, now) => ({
      transaction: { expiresDate: now + 30 * day },
      renewal: { renewalDate: now + 30 * day },
    }),
  },
  RENEWAL_EXTENSION: { subtypes: ["SUMMARY", "FAILURE"], about: "subscription" },
  REVOKE: {
    subtypes: [null],
    about: "purchase",
    fit: (_subtype, now) => ({
      status: 5,
      transaction: {
        inAppOwnershipType: "FAMILY_SHARED",
        revocationDate: now,
        revocationType: "FAMILY_REVOKE",
      },
    }),
  },
  TEST: { subtypes: [null], about: "nothing" },
  EXTERNAL_PURCHASE_TOKEN: {
    subtypes: ["CREATED", "ACTIVE_TOKEN_REMINDER", "UNREPORTED"],
    about: "external-purchase",
  },
  ONE_TIME_CHARGE: { subtypes: [null], about: "purchase" },
  RESCIND_CONSENT: { subtypes: [null], about: "app" },
  METADATA_UPDATE: { subtypes: [null], about: "subscription", fit: () => advancedCommerce(39_990) },
  MIGRATION: { subtypes: [null], about: "subscription", fit: () => advancedCommerce(39_990) },
  PRICE_CHANGE: { subtypes: [null], about: "subscription", fit: () => advancedCommerce(44_990) },
};

/** What a notification of a type and subtype is about. A type that Apple may add one day is about a purchase. */
export function aboutOf(type: string, subtype: string | null): About {
  if (type === "RENEWAL_EXTENSION" && subtype === "SUMMARY") return "summary";
  return notificationTypes[type]?.about ?? "purchase";
}
