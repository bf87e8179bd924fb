import { choice, type FieldOptions } from "../schema.ts";

/** Apple's numbers by their names, spelled as makers choose them. */
export type Codes = Readonly<Record<string, number>>;

/** A field that offers the names of a list of codes; `codeOf` says what Apple takes. */
export function codedChoice(summary: string, description: string, codes: Codes, options: FieldOptions = {}) {
  return choice(summary, description, Object.keys(codes), { anyCase: true, ...options });
}

/** Apple's number for a chosen name. Only names of the list come this far. */
export function codeOf(codes: Codes, name: string): number {
  const code = Object.hasOwn(codes, name) ? codes[name] : undefined;
  if (code === undefined) throw new TypeError("A name is not one of its list.");
  return code;
}

/** Why a subscription is extended. Source: Apple, extendReasonCode. */
export const extendReasons: Codes = {
  Undeclared: 0,
  CustomerSatisfaction: 1,
  Other: 2,
  ServiceIssueOrOutage: 3,
};

/** Source: Apple, consumptionStatus. */
export const consumptionStatuses: Codes = {
  Undeclared: 0,
  NotConsumed: 1,
  PartiallyConsumed: 2,
  FullyConsumed: 3,
};

/** Source: Apple, platform. */
export const platforms: Codes = { Undeclared: 0, Apple: 1, NonApple: 2 };

/** Source: Apple, deliveryStatus of the first version. */
export const deliveryStatusesV1: Codes = {
  Delivered: 0,
  QualityIssue: 1,
  WrongItem: 2,
  ServerOutage: 3,
  InGameCurrencyChange: 4,
  OtherReason: 5,
};

/** Source: Apple, accountTenure. */
export const accountTenures: Codes = {
  Undeclared: 0,
  UpTo3Days: 1,
  "3To10Days": 2,
  "10To30Days": 3,
  "30To90Days": 4,
  "90To180Days": 5,
  "180To365Days": 6,
  Over365Days: 7,
};

/** Source: Apple, playTime. */
export const playTimes: Codes = {
  Undeclared: 0,
  UpTo5Minutes: 1,
  "5To60Minutes": 2,
  "1To6Hours": 3,
  "6To24Hours": 4,
  "1To4Days": 5,
  "4To16Days": 6,
  Over16Days: 7,
};

/** Money in US dollars, spent or refunded. Source: Apple, lifetimeDollarsPurchased and lifetimeDollarsRefunded. */
export const lifetimeDollars: Codes = {
  Undeclared: 0,
  Nothing: 1,
  Under50: 2,
  "50To99.99": 3,
  "100To499.99": 4,
  "500To999.99": 5,
  "1000To1999.99": 6,
  "2000AndMore": 7,
};

/** Source: Apple, userStatus. */
export const userStatuses: Codes = {
  Undeclared: 0,
  Active: 1,
  Suspended: 2,
  Terminated: 3,
  LimitedAccess: 4,
};

/** Source: Apple, refundPreference of the first version. */
export const refundPreferencesV1: Codes = {
  Undeclared: 0,
  PreferGrant: 1,
  PreferDecline: 2,
  NoPreference: 3,
};
