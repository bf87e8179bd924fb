/** How one relationship of a type is shown. */
export interface Relationship {
  type: string;
  many: boolean;
  /** Apple shows this relationship as links only; it can not be included. */
  linksOnly?: boolean;
  /** Apple gives it no links: it is shown only where it is included. */
  dataOnly?: boolean;
}

/** What the simulator knows of a type of resource. */
export interface ResourceType {
  /** Path of the type's instances, without the id. */
  path: string;
  relationships: Readonly<Record<string, Relationship>>;
}

function many(types: Readonly<Record<string, string>>): Record<string, Relationship> {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type, many: true }]));
}

function one(types: Readonly<Record<string, string>>): Record<string, Relationship> {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type, many: false }]));
}

function dataOnly(types: Readonly<Record<string, string>>): Record<string, Relationship> {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, { type, many: false, dataOnly: true }]),
  );
}

function linksOnly(names: string): Record<string, Relationship> {
  const relationship: Relationship = { type: "", many: true, linksOnly: true };
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, relationship]),
  );
}

const apps: ResourceType = {
  path: "/v1/apps",
  relationships: {
    ...linksOnly(`
      accessibilityDeclarations betaTesters appTags appPricePoints appPriceSchedule appAvailabilityV2 perfPowerMetrics
      customerReviews customerReviewSummarizations alternativeDistributionKey analyticsReportRequests
      marketplaceSearchDetail buildUploads backgroundAssets betaFeedbackScreenshotSubmissions
      betaFeedbackCrashSubmissions searchKeywords webhooks`),
    ...one({
      ciProduct: "ciProducts",
      betaLicenseAgreement: "betaLicenseAgreements",
      betaAppReviewDetail: "betaAppReviewDetails",
      endUserLicenseAgreement: "endUserLicenseAgreements",
      subscriptionGracePeriod: "subscriptionGracePeriods",
      gameCenterDetail: "gameCenterDetails",
      appStoreIcon: "buildIcons",
    }),
    ...many({
      appEncryptionDeclarations: "appEncryptionDeclarations",
      betaGroups: "betaGroups",
      appStoreVersions: "appStoreVersions",
      preReleaseVersions: "preReleaseVersions",
      betaAppLocalizations: "betaAppLocalizations",
      builds: "builds",
      appInfos: "appInfos",
      appClips: "appClips",
      inAppPurchases: "inAppPurchases",
      subscriptionGroups: "subscriptionGroups",
      gameCenterEnabledVersions: "gameCenterEnabledVersions",
      appCustomProductPages: "appCustomProductPages",
      inAppPurchasesV2: "inAppPurchases",
      promotedPurchases: "promotedPurchases",
      appEvents: "appEvents",
      reviewSubmissions: "reviewSubmissions",
      appStoreVersionExperimentsV2: "appStoreVersionExperiments",
      androidToIosAppMappingDetails: "androidToIosAppMappingDetails",
    }),
  },
};

const inAppPurchases: ResourceType = {
  path: "/v2/inAppPurchases",
  relationships: {
    ...one({
      content: "inAppPurchaseContents",
      appStoreReviewScreenshot: "inAppPurchaseAppStoreReviewScreenshots",
      promotedPurchase: "promotedPurchases",
      iapPriceSchedule: "inAppPurchasePriceSchedules",
      inAppPurchaseAvailability: "inAppPurchaseAvailabilities",
    }),
    ...many({
      inAppPurchaseLocalizations: "inAppPurchaseLocalizations",
      pricePoints: "inAppPurchasePricePoints",
      images: "inAppPurchaseImages",
      offerCodes: "inAppPurchaseOfferCodes",
      versions: "inAppPurchaseVersions",
    }),
  },
};

const subscriptions: ResourceType = {
  path: "/v1/subscriptions",
  relationships: {
    ...linksOnly("pricePoints"),
    ...dataOnly({ group: "subscriptionGroups" }),
    ...one({
      appStoreReviewScreenshot: "subscriptionAppStoreReviewScreenshots",
      promotedPurchase: "promotedPurchases",
      subscriptionAvailability: "subscriptionAvailabilities",
    }),
    ...many({
      subscriptionLocalizations: "subscriptionLocalizations",
      introductoryOffers: "subscriptionIntroductoryOffers",
      promotionalOffers: "subscriptionPromotionalOffers",
      offerCodes: "subscriptionOfferCodes",
      prices: "subscriptionPrices",
      winBackOffers: "winBackOffers",
      images: "subscriptionImages",
      planAvailabilities: "subscriptionPlanAvailabilities",
      versions: "subscriptionVersions",
    }),
  },
};

const subscriptionGroups: ResourceType = {
  path: "/v1/subscriptionGroups",
  relationships: many({
    subscriptions: "subscriptions",
    subscriptionGroupLocalizations: "subscriptionGroupLocalizations",
    versions: "subscriptionGroupVersions",
  }),
};

/** Price points, price schedules and prices. */
const priceTypes: Readonly<Record<string, ResourceType>> = {
  appPricePoints: {
    path: "/v3/appPricePoints",
    relationships: {
      ...dataOnly({ app: "apps", territory: "territories" }),
      ...linksOnly("equalizations"),
    },
  },
  inAppPurchasePricePoints: {
    path: "/v1/inAppPurchasePricePoints",
    relationships: { ...dataOnly({ territory: "territories" }), ...linksOnly("equalizations") },
  },
  subscriptionPricePoints: {
    path: "/v1/subscriptionPricePoints",
    relationships: {
      ...dataOnly({ territory: "territories" }),
      ...linksOnly("equalizations adjustedEqualizations"),
    },
  },
  appPriceSchedules: {
    path: "/v1/appPriceSchedules",
    relationships: {
      ...dataOnly({ app: "apps" }),
      ...one({ baseTerritory: "territories" }),
      ...many({ manualPrices: "appPrices", automaticPrices: "appPrices" }),
    },
  },
  inAppPurchasePriceSchedules: {
    path: "/v1/inAppPurchasePriceSchedules",
    relationships: {
      ...one({ baseTerritory: "territories" }),
      ...many({ manualPrices: "inAppPurchasePrices", automaticPrices: "inAppPurchasePrices" }),
    },
  },
  appPrices: {
    path: "/v1/appPrices",
    relationships: dataOnly({ appPricePoint: "appPricePoints", territory: "territories" }),
  },
  inAppPurchasePrices: {
    path: "/v1/inAppPurchasePrices",
    relationships: dataOnly({
      inAppPurchasePricePoint: "inAppPurchasePricePoints",
      territory: "territories",
    }),
  },
  subscriptionPrices: {
    path: "/v1/subscriptionPrices",
    relationships: dataOnly({
      subscriptionPricePoint: "subscriptionPricePoints",
      territory: "territories",
    }),
  },
};

const types: Readonly<Record<string, ResourceType>> = {
  apps,
  inAppPurchases,
  subscriptions,
  subscriptionGroups,
  ...priceTypes,
  webhooks: {
    path: "/v1/webhooks",
    relationships: { ...dataOnly({ app: "apps" }), ...linksOnly("deliveries") },
  },
  webhookDeliveries: { path: "/v1/webhookDeliveries", relationships: dataOnly({ event: "webhookEvents" }) },
  users: { path: "/v1/users", relationships: many({ visibleApps: "apps" }) },
  appStoreVersions: { path: "/v1/appStoreVersions", relationships: one({ app: "apps" }) },
  betaLicenseAgreements: { path: "/v1/betaLicenseAgreements", relationships: one({ app: "apps" }) },
  inAppPurchaseLocalizations: {
    path: "/v1/inAppPurchaseLocalizations",
    relationships: one({ inAppPurchaseV2: "inAppPurchases" }),
  },
  inAppPurchaseAvailabilities: {
    path: "/v1/inAppPurchaseAvailabilities",
    relationships: many({ availableTerritories: "territories" }),
  },
};

/** A type by name. One that needs no facts of its own has no relationships and stands under `/v1`. */
export function resourceType(type: string): ResourceType {
  return types[type] ?? { path: `/v1/${type}`, relationships: {} };
}
