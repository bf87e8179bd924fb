import type { Call } from "../core/call.ts";
import type { Resource } from "../world/resources.ts";
import type { World } from "../world/world.ts";
import { collectionDocument, instanceDocument } from "./documents.ts";
import { noResource } from "./errors.ts";
import { type ReadParameters, readParameters } from "./parameters.ts";
import type { ConnectRoute } from "./route.ts";
import { related } from "./select.ts";
import { applyUpdate, type UpdateRules } from "./update.ts";

const platforms = ["IOS", "MAC_OS", "TV_OS", "VISION_OS"];
const reviewStates = [
  "READY_FOR_REVIEW",
  "WAITING_FOR_REVIEW",
  "IN_REVIEW",
  "UNRESOLVED_ISSUES",
  "CANCELING",
  "COMPLETING",
  "COMPLETE",
];
const versionStates = [
  "ACCEPTED",
  "DEVELOPER_REJECTED",
  "IN_REVIEW",
  "INVALID_BINARY",
  "METADATA_REJECTED",
  "PENDING_APPLE_RELEASE",
  "PENDING_DEVELOPER_RELEASE",
  "PREPARE_FOR_SUBMISSION",
  "PROCESSING_FOR_DISTRIBUTION",
  "READY_FOR_DISTRIBUTION",
  "READY_FOR_REVIEW",
  "REJECTED",
  "REPLACED_WITH_NEW_VERSION",
  "WAITING_FOR_EXPORT_COMPLIANCE",
  "WAITING_FOR_REVIEW",
];

/** States of the attribute that `appVersionState` replaced. */
const formerVersionStates = `
  ACCEPTED DEVELOPER_REMOVED_FROM_SALE DEVELOPER_REJECTED IN_REVIEW INVALID_BINARY METADATA_REJECTED
  PENDING_APPLE_RELEASE PENDING_CONTRACT PENDING_DEVELOPER_RELEASE PREPARE_FOR_SUBMISSION PREORDER_READY_FOR_SALE
  PROCESSING_FOR_APP_STORE READY_FOR_REVIEW READY_FOR_SALE REJECTED REMOVED_FROM_SALE WAITING_FOR_EXPORT_COMPLIANCE
  WAITING_FOR_REVIEW REPLACED_WITH_NEW_VERSION NOT_APPLICABLE`
  .trim()
  .split(/\s+/);

/** Types that `fields[…]` may name where apps are read. */
const appFields = `
  apps appEncryptionDeclarations buildIcons ciProducts betaGroups appStoreVersions preReleaseVersions
  betaAppLocalizations builds betaLicenseAgreements betaAppReviewDetails appInfos appClips endUserLicenseAgreements
  inAppPurchases subscriptionGroups gameCenterEnabledVersions appCustomProductPages promotedPurchases appEvents
  reviewSubmissions subscriptionGracePeriods gameCenterDetails appStoreVersionExperiments
  androidToIosAppMappingDetails`
  .trim()
  .split(/\s+/);

/** To-many relationships that can be included; each takes `limit[…]` up to 50. */
const manyIncludes = `
  androidToIosAppMappingDetails appClips appCustomProductPages appEncryptionDeclarations appEvents appInfos
  appStoreVersionExperimentsV2 appStoreVersions betaAppLocalizations betaGroups builds gameCenterEnabledVersions
  inAppPurchases inAppPurchasesV2 preReleaseVersions promotedPurchases reviewSubmissions subscriptionGroups`
  .trim()
  .split(/\s+/);

const oneIncludes = `
  appStoreIcon ciProduct betaLicenseAgreement betaAppReviewDetail endUserLicenseAgreement subscriptionGracePeriod
  gameCenterDetail`
  .trim()
  .split(/\s+/);

const instanceParameters: ReadParameters = {
  fields: appFields,
  include: [...manyIncludes, ...oneIncludes],
  limits: Object.fromEntries(manyIncludes.map((name) => [name, 50])),
};

const collectionParameters: ReadParameters = {
  ...instanceParameters,
  filters: {
    name: { path: ["name"], match: "loose" },
    bundleId: { path: ["bundleId"], match: "loose" },
    sku: { path: ["sku"], match: "loose" },
    id: { path: ["id"], match: "exact" },
    appStoreVersions: { path: ["appStoreVersions", "id"], match: "exact" },
    "appStoreVersions.platform": {
      path: ["appStoreVersions", "platform"],
      match: "exact",
      values: platforms,
    },
    "appStoreVersions.appStoreState": {
      path: ["appStoreVersions", "appStoreState"],
      match: "exact",
      values: formerVersionStates,
    },
    "appStoreVersions.appVersionState": {
      path: ["appStoreVersions", "appVersionState"],
      match: "exact",
      values: versionStates,
    },
    "reviewSubmissions.state": { path: ["reviewSubmissions", "state"], match: "exact", values: reviewStates },
    "reviewSubmissions.platform": {
      path: ["reviewSubmissions", "platform"],
      match: "exact",
      values: platforms,
    },
  },
  exists: ["gameCenterEnabledVersions"],
  sort: ["name", "-name", "bundleId", "-bundleId", "sku", "-sku"],
  limit: 200,
};

const inAppPurchaseParameters: ReadParameters = {
  filters: {
    productId: { path: ["productId"], match: "loose" },
    name: { path: ["name"], match: "loose" },
    state: {
      path: ["state"],
      match: "exact",
      values: [
        "MISSING_METADATA",
        "WAITING_FOR_UPLOAD",
        "PROCESSING_CONTENT",
        "READY_TO_SUBMIT",
        "WAITING_FOR_REVIEW",
        "IN_REVIEW",
        "DEVELOPER_ACTION_NEEDED",
        "PENDING_BINARY_APPROVAL",
        "APPROVED",
        "DEVELOPER_REMOVED_FROM_SALE",
        "REMOVED_FROM_SALE",
        "REJECTED",
      ],
    },
    inAppPurchaseType: {
      path: ["inAppPurchaseType"],
      match: "exact",
      values: ["CONSUMABLE", "NON_CONSUMABLE", "NON_RENEWING_SUBSCRIPTION"],
    },
  },
  sort: ["name", "-name", "inAppPurchaseType", "-inAppPurchaseType"],
  fields: `
    inAppPurchases inAppPurchaseLocalizations inAppPurchaseContents inAppPurchaseAppStoreReviewScreenshots
    promotedPurchases inAppPurchasePriceSchedules inAppPurchaseAvailabilities inAppPurchaseImages
    inAppPurchaseOfferCodes inAppPurchaseVersions`
    .trim()
    .split(/\s+/),
  include: `
    inAppPurchaseLocalizations content appStoreReviewScreenshot promotedPurchase iapPriceSchedule
    inAppPurchaseAvailability images offerCodes versions`
    .trim()
    .split(/\s+/),
  limit: 200,
  limits: { inAppPurchaseLocalizations: 50, images: 50, offerCodes: 50, versions: 50 },
};

const text = { type: "string" } as const;
const statusUrlVersion = { type: "string", values: ["V1", "V2", "v1", "v2"] } as const;

const updateRules: UpdateRules = {
  attributes: {
    accessibilityUrl: text,
    bundleId: text,
    primaryLocale: text,
    subscriptionStatusUrl: text,
    subscriptionStatusUrlVersion: statusUrlVersion,
    subscriptionStatusUrlForSandbox: text,
    subscriptionStatusUrlVersionForSandbox: statusUrlVersion,
    contentRightsDeclaration: {
      type: "string",
      values: ["DOES_NOT_USE_THIRD_PARTY_CONTENT", "USES_THIRD_PARTY_CONTENT"],
    },
    streamlinedPurchasingEnabled: { type: "boolean" },
  },
};

/** Apps, and the in-app purchases of an app. */
export function appRoutes(world: () => World): ConnectRoute[] {
  const store = () => world().appStoreConnect.resources;
  const find = (id = ""): Resource => {
    const app = store().get("apps", id);
    if (app === undefined) throw noResource("apps", id);
    return app;
  };
  const instance = (call: Call, app: Resource, parameters: ReadParameters) =>
    instanceDocument(call, store(), app, readParameters(call, parameters));
  return [
    {
      method: "GET",
      path: "/v1/apps",
      handle: (call) =>
        collectionDocument(call, store(), store().all("apps"), readParameters(call, collectionParameters)),
    },
    {
      method: "GET",
      path: "/v1/apps/{id}",
      handle: (call, { id }) => {
        const query = readParameters(call, instanceParameters);
        return instanceDocument(call, store(), find(id), query);
      },
    },
    {
      method: "PATCH",
      path: "/v1/apps/{id}",
      handle: (call, { id }) => {
        readParameters(call, {});
        const app = find(id);
        applyUpdate(call, app, updateRules);
        return instance(call, app, {});
      },
    },
    {
      method: "GET",
      path: "/v1/apps/{id}/inAppPurchasesV2",
      handle: (call, { id }) => {
        const query = readParameters(call, inAppPurchaseParameters);
        return collectionDocument(call, store(), related(store(), find(id), "inAppPurchasesV2"), query);
      },
    },
  ];
}
