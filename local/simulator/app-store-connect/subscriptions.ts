import type { Call } from "../core/call.ts";
import { pacificDay } from "../world/prices/pacific.ts";
import type { Resource } from "../world/resources.ts";
import type { World } from "../world/world.ts";
import { collectionDocument, instanceDocument } from "./documents.ts";
import { noResource } from "./errors.ts";
import { type ReadParameters, readParameters } from "./parameters.ts";
import { priceLookup } from "./prices/resources.ts";
import { subscriptionPriceResources } from "./prices/subscription-prices.ts";
import { inlinePrices } from "./prices/write-subscription-price.ts";
import type { ConnectRoute } from "./route.ts";
import { related } from "./select.ts";
import { applyUpdate, type UpdateRules } from "./update.ts";

const states = `
  MISSING_METADATA READY_TO_SUBMIT WAITING_FOR_REVIEW IN_REVIEW DEVELOPER_ACTION_NEEDED PENDING_BINARY_APPROVAL
  APPROVED DEVELOPER_REMOVED_FROM_SALE REMOVED_FROM_SALE REJECTED`
  .trim()
  .split(/\s+/);

const groupParameters: ReadParameters = {
  include: ["subscriptions", "subscriptionGroupLocalizations", "versions"],
  fields: [
    "subscriptionGroups",
    "subscriptions",
    "subscriptionGroupLocalizations",
    "subscriptionGroupVersions",
  ],
  limits: { subscriptions: 50, subscriptionGroupLocalizations: 50, versions: 50 },
};

const groupsParameters: ReadParameters = {
  ...groupParameters,
  filters: {
    referenceName: { path: ["referenceName"], match: "loose" },
    "subscriptions.state": { path: ["subscriptions", "state"], match: "exact", values: states },
  },
  sort: ["referenceName", "-referenceName"],
  limit: 200,
};

const manyIncludes = `
  subscriptionLocalizations introductoryOffers promotionalOffers offerCodes prices winBackOffers images
  planAvailabilities versions`
  .trim()
  .split(/\s+/);

const subscriptionParameters: ReadParameters = {
  include: [
    ...manyIncludes,
    "appStoreReviewScreenshot",
    "group",
    "promotedPurchase",
    "subscriptionAvailability",
  ],
  fields: `
    subscriptions subscriptionLocalizations subscriptionAppStoreReviewScreenshots subscriptionGroups
    subscriptionIntroductoryOffers subscriptionPromotionalOffers subscriptionOfferCodes subscriptionPrices
    promotedPurchases subscriptionAvailabilities winBackOffers subscriptionImages subscriptionPlanAvailabilities
    subscriptionVersions`
    .trim()
    .split(/\s+/),
  limits: Object.fromEntries(manyIncludes.map((name) => [name, 50])),
};

const subscriptionsParameters: ReadParameters = {
  ...subscriptionParameters,
  filters: {
    productId: { path: ["productId"], match: "loose" },
    name: { path: ["name"], match: "loose" },
    state: { path: ["state"], match: "exact", values: states },
  },
  sort: ["name", "-name"],
  limit: 200,
};

const updateRules: UpdateRules = {
  attributes: {
    // The longest reference name that App Store Connect takes.
    name: { type: "string", maxLength: 64 },
    familySharable: { type: "boolean" },
    subscriptionPeriod: {
      type: "string",
      values: ["ONE_WEEK", "ONE_MONTH", "TWO_MONTHS", "THREE_MONTHS", "SIX_MONTHS", "ONE_YEAR"],
    },
    reviewNote: { type: "string", maxLength: 4000 },
    groupLevel: { type: "number" },
  },
};

/** Subscription groups and subscriptions. */
export function subscriptionRoutes(world: () => World): ConnectRoute[] {
  const store = () => world().appStoreConnect.resources;
  const find = (type: string, id = ""): Resource => {
    const found = store().get(type, id);
    if (found === undefined) throw noResource(type, id);
    return found;
  };
  /** Subscriptions with the prices that belong to them, when these are asked for. */
  const withPrices = (call: Call, found: readonly Resource[], wanted: boolean) => {
    if (!wanted) return { resources: found, lookup: store() };
    const today = pacificDay(call.nowMs);
    const prices = found.map((subscription) => subscriptionPriceResources(world(), subscription, today));
    const resources = found.map((subscription, index): Resource => {
      const ids = (prices[index] ?? []).map(({ id }) => id);
      return { ...subscription, relationships: { ...subscription.relationships, prices: ids } };
    });
    return { resources, lookup: priceLookup(world(), prices.flat()) };
  };
  const instance = (call: Call, subscription: Resource, parameters: ReadParameters) => {
    const query = readParameters(call, parameters);
    const { resources, lookup } = withPrices(call, [subscription], query.include.has("prices"));
    return instanceDocument(call, lookup, resources[0] ?? subscription, query);
  };
  return [
    {
      method: "GET",
      path: "/v1/apps/{id}/subscriptionGroups",
      handle: (call, { id }) => {
        const query = readParameters(call, groupsParameters);
        const groups = related(store(), find("apps", id), "subscriptionGroups");
        return collectionDocument(call, store(), groups, query);
      },
    },
    {
      method: "GET",
      path: "/v1/subscriptionGroups/{id}",
      handle: (call, { id }) => {
        const query = readParameters(call, groupParameters);
        return instanceDocument(call, store(), find("subscriptionGroups", id), query);
      },
    },
    {
      method: "GET",
      path: "/v1/subscriptionGroups/{id}/subscriptions",
      handle: (call, { id }) => {
        const query = readParameters(call, subscriptionsParameters);
        const found = related(store(), find("subscriptionGroups", id), "subscriptions");
        const { resources, lookup } = withPrices(call, found, query.include.has("prices"));
        return collectionDocument(call, lookup, resources, query);
      },
    },
    {
      method: "GET",
      path: "/v1/subscriptions/{id}",
      handle: (call, { id }) => instance(call, find("subscriptions", id), subscriptionParameters),
    },
    {
      method: "PATCH",
      path: "/v1/subscriptions/{id}",
      handle: (call, { id }) => {
        readParameters(call, {});
        const subscription = find("subscriptions", id);
        applyUpdate(call, subscription, updateRules, (relationships, included) =>
          inlinePrices(world(), subscription, relationships, included, pacificDay(call.nowMs)),
        );
        return instance(call, subscription, {});
      },
    },
  ];
}
