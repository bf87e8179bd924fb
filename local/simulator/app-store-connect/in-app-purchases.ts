import type { World } from "../world/world.ts";
import { instanceDocument } from "./documents.ts";
import { noResource } from "./errors.ts";
import { type ReadParameters, readParameters } from "./parameters.ts";
import type { ConnectRoute } from "./route.ts";
import { applyUpdate, type UpdateRules } from "./update.ts";

const parameters: ReadParameters = {
  fields: `
    inAppPurchases inAppPurchaseLocalizations inAppPurchasePricePoints inAppPurchaseContents
    inAppPurchaseAppStoreReviewScreenshots promotedPurchases inAppPurchasePriceSchedules
    inAppPurchaseAvailabilities inAppPurchaseImages inAppPurchaseOfferCodes inAppPurchaseVersions`
    .trim()
    .split(/\s+/),
  include: `
    inAppPurchaseLocalizations pricePoints content appStoreReviewScreenshot promotedPurchase iapPriceSchedule
    inAppPurchaseAvailability images offerCodes versions`
    .trim()
    .split(/\s+/),
  limits: { images: 50, inAppPurchaseLocalizations: 50, offerCodes: 50, pricePoints: 8000, versions: 50 },
};

const updateRules: UpdateRules = {
  attributes: {
    // The longest reference name that App Store Connect takes.
    name: { type: "string", maxLength: 64 },
    reviewNote: { type: "string", maxLength: 4000 },
    familySharable: { type: "boolean" },
  },
};

/** One in-app purchase. */
export function inAppPurchaseRoutes(world: () => World): ConnectRoute[] {
  const store = () => world().appStoreConnect.resources;
  const find = (id = "") => {
    const purchase = store().get("inAppPurchases", id);
    if (purchase === undefined) throw noResource("inAppPurchases", id);
    return purchase;
  };
  return [
    {
      method: "GET",
      path: "/v2/inAppPurchases/{id}",
      handle: (call, { id }) => {
        const query = readParameters(call, parameters);
        return instanceDocument(call, store(), find(id), query);
      },
    },
    {
      method: "PATCH",
      path: "/v2/inAppPurchases/{id}",
      handle: (call, { id }) => {
        const query = readParameters(call, {});
        const purchase = find(id);
        applyUpdate(call, purchase, updateRules);
        return instanceDocument(call, store(), purchase, query);
      },
    },
  ];
}
