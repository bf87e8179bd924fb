import { pointId, priceId, readPointId } from "../../world/prices/ids.ts";
import type { Place } from "../../world/prices/price-tables.ts";
import { codeOf, type ManualPrice, type PriceState, placeOfCode } from "../../world/prices/state.ts";
import type { Resource, ResourceLookup } from "../../world/resources.ts";
import type { World } from "../../world/world.ts";
import { forbidden, noResource } from "../errors.ts";
import { type PriceKind, priceKinds } from "./kinds.ts";

/** A price point that exists. */
export interface Point {
  item: string;
  territory: string;
  place: Place;
}

/**
 * The item of a path or body, when the key may see its prices.
 *
 * @throws Refused 404 or 403.
 */
export function findItem(world: World, kind: PriceKind, id = ""): Resource {
  const item = world.appStoreConnect.resources.get(kind.items, id);
  if (item === undefined) throw noResource(kind.items, id);
  if (world.appStoreConnect.prices.items.get(id)?.foreign)
    throw forbidden(`This API key has no right to the prices of '${kind.items}' with id '${id}'.`);
  return item;
}

/** The price point that an id stands for; undefined where no item of that kind has it. */
export function readPoint(world: World, kind: PriceKind, id: string): Point | undefined {
  const { prices, resources } = world.appStoreConnect;
  const facts = readPointId(id);
  if (facts === undefined || resources.get(kind.items, facts.item) === undefined) return undefined;
  const place = placeOfCode(prices, facts.item, facts.territory, facts.code);
  if (place === undefined) return undefined;
  const point = { item: facts.item, territory: facts.territory, place };
  // The other form of an id, decodable or opaque, is none of this item's.
  return idOf(prices, point) === id ? point : undefined;
}

/** Apple's id of a price point. */
export function idOf(prices: PriceState, { item, territory, place }: Point): string {
  const code = codeOf(prices, item, territory, place);
  return pointId({ item, territory, code }, prices.items.get(item)?.opaqueIds ?? false);
}

/** Apple's id of a price. */
export function idOfPrice(
  prices: PriceState,
  item: string,
  { territory, place, startDate, endDate }: ManualPrice,
): string {
  const code = codeOf(prices, item, territory, place);
  const opaque = prices.items.get(item)?.opaqueIds ?? false;
  return priceId({ item, territory, code }, startDate, endDate, opaque);
}

export function pointResource(prices: PriceState, kind: PriceKind, point: Point): Resource {
  const { tables } = prices;
  const shares = Object.entries(kind.shares).map(([name, percent]): [string, string] => [
    name,
    tables.share(point.territory, point.place, percent),
  ]);
  return {
    type: kind.points,
    id: idOf(prices, point),
    attributes: {
      customerPrice: tables.price(point.territory, point.place),
      ...Object.fromEntries(shares),
    },
    relationships: { territory: point.territory, ...(kind.items === "apps" && { app: point.item }) },
  };
}

/** A price of a schedule. */
export function priceResource(
  prices: PriceState,
  kind: PriceKind,
  item: string,
  price: ManualPrice,
  manual: boolean,
): Resource {
  const { territory, place, startDate, endDate } = price;
  return {
    type: kind.prices,
    id: idOfPrice(prices, item, price),
    attributes: { startDate, endDate, manual },
    relationships: { territory, [kind.pointOfPrice]: idOf(prices, { item, territory, place }) },
  };
}

/** Finds the resources of the world, price points by their ids, and those that are given. */
export function priceLookup(world: World, given: readonly Resource[] = []): ResourceLookup {
  const { prices, resources } = world.appStoreConnect;
  const known = new Map(given.map((resource) => [`${resource.type}/${resource.id}`, resource]));
  return {
    get(type, id) {
      const found = known.get(`${type}/${id}`) ?? resources.get(type, id);
      if (found !== undefined) return found;
      const kind = priceKinds.find(({ points }) => points === type);
      const point = kind && readPoint(world, kind, id);
      return point && pointResource(prices, kind, point);
    },
  };
}
