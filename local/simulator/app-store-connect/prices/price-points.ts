import type { Call } from "../../core/call.ts";
import type { PathParameters } from "../../core/router.ts";
import { twin } from "../../world/prices/price-tables.ts";
import type { PriceState } from "../../world/prices/state.ts";
import { territories } from "../../world/territories.ts";
import type { World } from "../../world/world.ts";
import { instanceDocument, pageDocument, type ResourceList } from "../documents.ts";
import { invalidParameter, noResource } from "../errors.ts";
import { type ReadParameters, type ReadQuery, readParameters } from "../parameters.ts";
import type { ConnectRoute } from "../route.ts";
import { appPrices, inAppPurchasePrices, type PriceKind, subscriptionPrices } from "./kinds.ts";
import { findItem, type Point, pointResource, priceLookup, readPoint } from "./resources.ts";

const anyValue = { path: ["id"], match: "exact" } as const;

function values(query: ReadQuery, name: string): readonly string[] | undefined {
  return query.filters.find((filter) => filter.name === name)?.values;
}

/** Territories that a query asks for, in the order of the tables; without a filter all. */
function wantedTerritories(query: ReadQuery): string[] {
  const wanted = values(query, "territory");
  return territories.map(({ id }) => id).filter((id) => wanted === undefined || wanted.includes(id));
}

/** Every price point of an item in some territories: up to 160,000, so none is made before it is shown. */
function pointsOf(
  prices: PriceState,
  kind: PriceKind,
  item: string,
  wanted: readonly string[],
): ResourceList {
  const parts: { territory: string; from: number; size: number; twins: readonly number[] }[] = [];
  let length = 0;
  for (const territory of wanted) {
    const size = prices.tables.size(territory);
    const twins = prices.twins.get(territory) ?? [];
    parts.push({ territory, from: length, size, twins });
    length += size + twins.length;
  }
  return {
    length,
    slice(start, end) {
      return parts.flatMap(({ territory, from, size, twins }) => {
        const first = Math.max(start - from, 0);
        const last = Math.min(end - from, size + twins.length);
        return Array.from({ length: Math.max(0, last - first) }, (_, index) => {
          const number = first + index;
          const place = number < size ? number : (twins[number - size] ?? 0) + twin;
          return pointResource(prices, kind, { item, territory, place });
        });
      });
    },
  };
}

interface PointRoutes {
  kind: PriceKind;
  /** Path of an item's list. */
  list: string;
  /** Path of one point, without the id. */
  instances: string;
  /** Largest page. */
  limit: number;
  /** Whether Apple answers a single point. */
  hasInstance: boolean;
  /** Filter of equalizations that asks for the points of other items. */
  itemFilter?: string;
  include: readonly string[];
  fields: readonly string[];
}

function pointRoutes(world: () => World, facts: PointRoutes): ConnectRoute[] {
  const { kind, include, fields, limit, itemFilter } = facts;
  const one: ReadParameters = { include, fields };
  const list: ReadParameters = { ...one, limit, filters: { territory: anyValue } };
  const equalized: ReadParameters = {
    ...list,
    filters: { territory: anyValue, ...(itemFilter !== undefined && { [itemFilter]: anyValue }) },
  };
  const find = (id = ""): Point => {
    const point = readPoint(world(), kind, id);
    if (point === undefined) throw noResource(kind.points, id);
    findItem(world(), kind, point.item);
    return point;
  };
  const equalizations = (call: Call, { id }: PathParameters) => {
    const { prices, resources } = world().appStoreConnect;
    const query = readParameters(call, equalized);
    const point = find(id);
    const items = (itemFilter === undefined ? undefined : values(query, itemFilter)) ?? [point.item];
    const unknown = items.find((item) => resources.get(kind.items, item) === undefined);
    if (unknown !== undefined)
      throw invalidParameter(`filter[${itemFilter}]`, `There is no '${kind.items}' with id '${unknown}'.`);
    const others = wantedTerritories(query).filter((territory) => territory !== point.territory);
    const points = items.flatMap((item) =>
      others.map((territory) => {
        const place = prices.tables.equalize(point.territory, point.place, territory);
        return pointResource(prices, kind, { item, territory, place });
      }),
    );
    return pageDocument(call, priceLookup(world()), points, query);
  };
  const routes: ConnectRoute[] = [
    {
      method: "GET",
      path: facts.list,
      handle: (call, { id }) => {
        const query = readParameters(call, list);
        const item = findItem(world(), kind, id);
        const points = pointsOf(world().appStoreConnect.prices, kind, item.id, wantedTerritories(query));
        return pageDocument(call, priceLookup(world()), points, query);
      },
    },
    { method: "GET", path: `${facts.instances}/{id}/equalizations`, handle: equalizations },
  ];
  if (facts.hasInstance)
    routes.push({
      method: "GET",
      path: `${facts.instances}/{id}`,
      handle: (call, { id }) => {
        const query = readParameters(call, one);
        const point = pointResource(world().appStoreConnect.prices, kind, find(id));
        return instanceDocument(call, priceLookup(world()), point, query);
      },
    });
  return routes;
}

/**
 * Price points and their equalizations. Filters of subscription plans (`planType`, `upfrontPricePointId`) are not
 * simulated and refused as unknown.
 */
export function pricePointRoutes(world: () => World): ConnectRoute[] {
  return [
    ...pointRoutes(world, {
      kind: appPrices,
      list: "/v1/apps/{id}/appPricePoints",
      instances: "/v3/appPricePoints",
      limit: 200,
      hasInstance: true,
      include: ["app", "territory"],
      fields: ["appPricePoints", "apps", "territories"],
    }),
    ...pointRoutes(world, {
      kind: inAppPurchasePrices,
      list: "/v2/inAppPurchases/{id}/pricePoints",
      instances: "/v1/inAppPurchasePricePoints",
      limit: 8_000,
      hasInstance: false,
      itemFilter: "inAppPurchaseV2",
      include: ["territory"],
      fields: ["inAppPurchasePricePoints", "territories"],
    }),
    ...pointRoutes(world, {
      kind: subscriptionPrices,
      list: "/v1/subscriptions/{id}/pricePoints",
      instances: "/v1/subscriptionPricePoints",
      limit: 8_000,
      hasInstance: true,
      itemFilter: "subscription",
      include: ["territory"],
      fields: ["subscriptionPricePoints", "territories"],
    }),
  ];
}
