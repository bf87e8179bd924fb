import type { Call } from "../../core/call.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { Refused } from "../../core/reply.ts";
import { pacificDay } from "../../world/prices/pacific.ts";
import { countWrite, type SubscriptionPrice } from "../../world/prices/state.ts";
import { isApproved, setSubscriptionPrices, subscriptionPricesOf } from "../../world/prices/subscriptions.ts";
import type { Resource } from "../../world/resources.ts";
import { territories } from "../../world/territories.ts";
import type { World } from "../../world/world.ts";
import { checkMembers, readJson } from "../body.ts";
import { entityError, statusReply } from "../errors.ts";
import {
  dayOf,
  type Inline,
  inlineResources,
  notFound,
  optionalObject,
  requiredRelationship,
  toMany,
  toOne,
} from "./inline.ts";
import { subscriptionPrices as kind } from "./kinds.ts";
import { findItem, readPoint } from "./resources.ts";

interface NewPrice extends SubscriptionPrice {
  territory: string;
  pointer: string;
}

function preserves(attributes: JsonObject, pointer: string): boolean {
  const value = attributes.preserveCurrentPrice ?? false;
  if (typeof value === "boolean") return value;
  const detail = "The attribute 'preserveCurrentPrice' must be a boolean.";
  throw entityError(".ATTRIBUTE.TYPE", detail, `${pointer}/attributes/preserveCurrentPrice`);
}

/** What a body says of a new price of a subscription, without its dates' rules. */
function readPrice(world: World, id: string, { pointer, attributes, relationships }: Inline): NewPrice {
  checkMembers(attributes, ["startDate", "preserveCurrentPrice"], `${pointer}/attributes`);
  const names = ["subscription", "territory", kind.pointOfPrice];
  checkMembers(relationships, names, `${pointer}/relationships`);
  const named = toOne(relationships, "subscription", kind.items, pointer);
  if (named !== undefined && named !== id)
    throw notFound(kind.items, named, `${pointer}/relationships/subscription`);
  const pointOfPrice = toOne(relationships, kind.pointOfPrice, kind.points, pointer);
  if (pointOfPrice === undefined) throw requiredRelationship(kind.pointOfPrice, pointer);
  const point = readPoint(world, kind, pointOfPrice);
  if (point?.item !== id)
    throw notFound(kind.points, pointOfPrice, `${pointer}/relationships/${kind.pointOfPrice}`);
  const territory = toOne(relationships, "territory", "territories", pointer);
  if (territory !== undefined && territory !== point.territory) {
    const detail = `The price point is one of '${point.territory}', not of '${territory}'.`;
    throw entityError(".RELATIONSHIP.INVALID", detail, `${pointer}/relationships/territory`);
  }
  const startDate = dayOf(attributes, "startDate", pointer);
  const preservesCurrent = preserves(attributes, pointer);
  return { territory: point.territory, place: point.place, startDate, preservesCurrent, pointer };
}

/**
 * A territory's prices with a new one among them.
 *
 * @throws Refused 409: a start that is over, or of today once it is approved; a day that has a change; a price that holds
 *   on that day already.
 */
function withPrice(
  world: World,
  subscription: Resource,
  price: NewPrice,
  today: string,
): SubscriptionPrice[] {
  const { pointer, territory, ...added } = price;
  const approved = isApproved(subscription);
  const invalidStart = (detail: string) =>
    entityError(".ATTRIBUTE.INVALID", detail, `${pointer}/attributes/startDate`);
  const { startDate } = added;
  const starts = startDate ?? today;
  if (approved && starts <= today)
    throw invalidStart("The price of an approved subscription can change tomorrow at the earliest.");
  if (starts < today) throw invalidStart("The start date must not be in the past.");
  const present = subscriptionPricesOf(world.appStoreConnect.prices, subscription, territory);
  const before = present.findLast((other) => (other.startDate ?? "") <= starts);
  if (before?.place === added.place) {
    const detail = "The subscription has this price on that day already.";
    throw entityError(".RELATIONSHIP.INVALID", detail, `${pointer}/relationships/${kind.pointOfPrice}`);
  }
  if (approved && present.some((other) => other.startDate === startDate))
    throw invalidStart("A price change is scheduled for that day already.");
  // Nobody has bought it yet: what starts now stands in the place of what was.
  const kept = starts <= today ? present.filter((other) => (other.startDate ?? "") > today) : present;
  return [...kept, { ...added, startDate: starts <= today ? null : startDate }];
}

/**
 * POST of one price.
 *
 * @returns the price, and the subscription's id.
 * @throws Refused 500 for the first price of a subscription that was never approved, as Apple answers it; 403, 404, 409.
 */
export function createSubscriptionPrice(
  call: Call,
  world: World,
): SubscriptionPrice & { id: string; territory: string } {
  const { prices } = world.appStoreConnect;
  const body = readJson(call);
  if (!isJsonObject(body)) throw entityError("", "The document must be an object.", "");
  checkMembers(body, ["data"], "");
  const { data } = body;
  if (!isJsonObject(data)) throw entityError(".REQUIRED", "The document needs 'data'.", "/data");
  checkMembers(data, ["type", "attributes", "relationships"], "/data");
  if (data.type !== kind.prices)
    throw entityError(".INVALID", `'type' must be '${kind.prices}' here.`, "/data/type");
  const attributes = optionalObject(data.attributes, "/data/attributes");
  const relationships = optionalObject(data.relationships, "/data/relationships");
  const id = toOne(relationships, "subscription", kind.items, "/data");
  if (id === undefined) throw requiredRelationship("subscription", "/data");
  const subscription = findItem(world, kind, id);
  const price = readPrice(world, id, { pointer: "/data", attributes, relationships });
  const priced = territories.some(
    ({ id: territory }) => subscriptionPricesOf(prices, subscription, territory).length > 0,
  );
  if (!priced) throw new Refused(statusReply(500), "the first price is set by a PATCH of the subscription");
  const list = withPrice(world, subscription, price, pacificDay(call.nowMs));
  setSubscriptionPrices(prices, id, price.territory, list);
  countWrite(prices, id);
  const { pointer: _pointer, ...made } = price;
  return { id, ...made };
}

/**
 * Reads the prices inside a PATCH of a subscription.
 *
 * @returns what applies them.
 * @throws Refused 409.
 */
export function inlinePrices(
  world: World,
  subscription: Resource,
  relationships: JsonObject,
  included: Json | undefined,
  today: string,
): () => void {
  checkMembers(relationships, ["prices"], "/data/relationships");
  const ids = toMany(relationships, "prices", kind.prices, "/data") ?? [];
  const made = inlineResources(included, ids, kind.prices, "prices").map((inline) =>
    readPrice(world, subscription.id, inline),
  );
  const lists = made.map((price) => ({
    territory: price.territory,
    list: withPrice(world, subscription, price, today),
  }));
  if (new Set(lists.map(({ territory }) => territory)).size !== lists.length) {
    const detail = "Each territory may have one price here.";
    throw entityError(".RELATIONSHIP.INVALID", detail, "/data/relationships/prices");
  }
  return () => {
    const { prices } = world.appStoreConnect;
    for (const { territory, list } of lists) setSubscriptionPrices(prices, subscription.id, territory, list);
    if (lists.length > 0) countWrite(prices, subscription.id);
  };
}
