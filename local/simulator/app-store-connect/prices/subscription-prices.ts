import { itemOfId } from "../../world/prices/ids.ts";
import { pacificDay } from "../../world/prices/pacific.ts";
import { countWrite } from "../../world/prices/state.ts";
import {
  type ShownSubscriptionPrice,
  setSubscriptionPrices,
  shownSubscriptionPrices,
  subscriptionPricesOf,
} from "../../world/prices/subscriptions.ts";
import type { Resource } from "../../world/resources.ts";
import type { World } from "../../world/world.ts";
import { collectionDocument, instanceDocument } from "../documents.ts";
import { entityError, noResource } from "../errors.ts";
import { type ReadParameters, readParameters } from "../parameters.ts";
import type { ConnectRoute } from "../route.ts";
import { subscriptionPrices as kind } from "./kinds.ts";
import { findItem, idOf, idOfPrice, priceLookup } from "./resources.ts";
import { createSubscriptionPrice } from "./write-subscription-price.ts";

function priceId(world: World, id: string, { territory, place, startDate }: ShownSubscriptionPrice): string {
  return idOfPrice(world.appStoreConnect.prices, id, { territory, place, startDate, endDate: null });
}

function resource(world: World, id: string, price: ShownSubscriptionPrice): Resource {
  const { territory, place, startDate, preserved } = price;
  const point = idOf(world.appStoreConnect.prices, { item: id, territory, place });
  return {
    type: kind.prices,
    id: priceId(world, id, price),
    attributes: { startDate, preserved },
    relationships: { territory, subscriptionPricePoint: point },
  };
}

/** The prices of a subscription as Apple lists them today. */
export function subscriptionPriceResources(world: World, subscription: Resource, today: string): Resource[] {
  const shown = shownSubscriptionPrices(world.appStoreConnect.prices, subscription, today);
  return shown.map((price) => resource(world, subscription.id, price));
}

const list: ReadParameters = {
  include: ["territory", "subscriptionPricePoint"],
  fields: ["subscriptionPrices", "territories", "subscriptionPricePoints"],
  filters: {
    territory: { path: ["territory", "id"], match: "exact" },
    subscriptionPricePoint: { path: ["subscriptionPricePoint", "id"], match: "exact" },
  },
  limit: 200,
};

/** Prices of subscriptions: one a territory, and the changes that are scheduled. The filter of plans is not simulated. */
export function subscriptionPriceRoutes(world: () => World): ConnectRoute[] {
  const prices = () => world().appStoreConnect.prices;
  return [
    {
      method: "GET",
      path: "/v1/subscriptions/{id}/prices",
      handle: (call, { id }) => {
        const query = readParameters(call, list);
        const subscription = findItem(world(), kind, id);
        const found = subscriptionPriceResources(world(), subscription, pacificDay(call.nowMs));
        return collectionDocument(call, priceLookup(world()), found, query);
      },
    },
    {
      method: "POST",
      path: "/v1/subscriptionPrices",
      handle: (call) => {
        const query = readParameters(call, {});
        const { id, ...price } = createSubscriptionPrice(call, world());
        const made = resource(world(), id, { ...price, preserved: false });
        return { ...instanceDocument(call, priceLookup(world()), made, query), status: 201 };
      },
    },
    {
      method: "DELETE",
      path: "/v1/subscriptionPrices/{id}",
      handle: (call, { id = "" }) => {
        readParameters(call, {});
        const item = itemOfId(id);
        if (item === undefined) throw noResource(kind.prices, id);
        const subscription = findItem(world(), kind, item);
        const today = pacificDay(call.nowMs);
        const shown = shownSubscriptionPrices(prices(), subscription, today);
        const price = shown.find((candidate) => priceId(world(), item, candidate) === id);
        if (price === undefined) throw noResource(kind.prices, id);
        const { territory, startDate } = price;
        if (startDate === null || startDate <= today) {
          const detail = "Only a price that starts in the future can be deleted.";
          throw entityError(".INVALID_STATE", detail, "/data/id");
        }
        const left = subscriptionPricesOf(prices(), subscription, territory).filter(
          (other) => other.startDate !== startDate,
        );
        setSubscriptionPrices(prices(), item, territory, left);
        countWrite(prices(), item);
        return { status: 204 };
      },
    },
  ];
}
