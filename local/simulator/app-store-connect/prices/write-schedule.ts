import type { Call } from "../../core/call.ts";
import { isJsonObject } from "../../core/json.ts";
import { pacificDay } from "../../world/prices/pacific.ts";
import { countWrite, type ManualPrice, setItem } from "../../world/prices/state.ts";
import type { World } from "../../world/world.ts";
import { checkMembers, readJson } from "../body.ts";
import { entityError } from "../errors.ts";
import {
  dayOf,
  type Inline,
  inlineResources,
  notFound,
  optionalObject,
  requiredField,
  requiredRelationship,
  toMany,
  toOne,
} from "./inline.ts";
import type { ScheduleKind } from "./kinds.ts";
import { findItem, readPoint } from "./resources.ts";
import { checkTimelines } from "./timeline-rules.ts";

/** The price that an included resource makes. A start of today is stored as none. */
function manualPrice(
  world: World,
  kind: ScheduleKind,
  item: string,
  { pointer, attributes, relationships }: Inline,
  today: string,
): ManualPrice {
  checkMembers(attributes, ["startDate", "endDate"], `${pointer}/attributes`);
  const also = kind.items === "inAppPurchases" ? ["inAppPurchaseV2"] : [];
  checkMembers(relationships, [kind.pointOfPrice, ...also], `${pointer}/relationships`);
  const id = toOne(relationships, kind.pointOfPrice, kind.points, pointer);
  if (id === undefined) throw requiredRelationship(kind.pointOfPrice, pointer);
  const point = readPoint(world, kind, id);
  if (point?.item !== item) throw notFound(kind.points, id, `${pointer}/relationships/${kind.pointOfPrice}`);
  const named = also.map((name) => toOne(relationships, name, kind.items, pointer))[0];
  if (named !== undefined && named !== item)
    throw notFound(kind.items, named, `${pointer}/relationships/inAppPurchaseV2`);
  const startDate = dayOf(attributes, "startDate", pointer);
  const endDate = dayOf(attributes, "endDate", pointer);
  return {
    territory: point.territory,
    place: point.place,
    startDate: startDate === today ? null : startDate,
    endDate,
  };
}

/**
 * Puts a new schedule in the place of an item's whole old one, after all of it was checked.
 *
 * @returns the item's id.
 * @throws Refused 415, 400, 403, 404, or 409 with Apple's code of what is wrong.
 */
export function writeSchedule(call: Call, world: World, kind: ScheduleKind): string {
  const { prices } = world.appStoreConnect;
  const body = readJson(call);
  if (!isJsonObject(body)) throw entityError("", "The document must be an object.", "");
  checkMembers(body, ["data", "included"], "");
  const { data } = body;
  if (!isJsonObject(data)) throw entityError(".REQUIRED", "The document needs 'data'.", "/data");
  checkMembers(data, ["type", "attributes", "relationships"], "/data");
  if (data.type !== kind.schedules)
    throw entityError(".INVALID", `'type' must be '${kind.schedules}' here.`, "/data/type");
  checkMembers(optionalObject(data.attributes, "/data/attributes"), [], "/data/attributes");
  const relationships = optionalObject(data.relationships, "/data/relationships");
  checkMembers(relationships, [kind.itemOfSchedule, "baseTerritory", "manualPrices"], "/data/relationships");

  const itemId = toOne(relationships, kind.itemOfSchedule, kind.items, "/data");
  if (itemId === undefined) throw requiredRelationship(kind.itemOfSchedule, "/data");
  const item = findItem(world, kind, itemId).id;
  const baseTerritory = toOne(relationships, "baseTerritory", "territories", "/data");
  // Apple names the missing territory as if it were an attribute.
  if (baseTerritory === undefined) throw requiredField("baseTerritory", "/data");
  if (!prices.tables.has(baseTerritory))
    throw notFound("territories", baseTerritory, "/data/relationships/baseTerritory");
  const ids = toMany(relationships, "manualPrices", kind.prices, "/data");
  if (ids === undefined) throw requiredRelationship("manualPrices", "/data");

  const today = pacificDay(call.nowMs);
  const inline = inlineResources(body.included, ids, kind.prices, "manualPrices");
  const manual = inline.map((resource) => manualPrice(world, kind, item, resource, today));
  const schedule = { baseTerritory, manual };
  checkTimelines(schedule, today, prices.acceptUnproven);
  setItem(prices, item, { schedule });
  countWrite(prices, item);
  return item;
}
