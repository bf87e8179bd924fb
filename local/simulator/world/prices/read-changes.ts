import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { ResourceStore } from "../resources.ts";
import { type ManualPriceFacts, makeSchedule } from "./fill.ts";
import { isDay } from "./pacific.ts";
import { type ItemPricing, type PriceState, type Schedule, setItem, shareAmount } from "./state.ts";

/** What is wrong with a change, in a sentence. */
class Wrong extends Error {}

function day(value: Json | undefined, name: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" && isDay(value)) return value;
  throw new Wrong(`${name} must be a date of the form YYYY-MM-DD.`);
}

function manualPrice(value: Json, prices: PriceState): ManualPriceFacts {
  if (!isJsonObject(value)) throw new Wrong("manualPrices must be a list of objects.");
  const { territory, price, startDate, endDate } = value;
  if (typeof territory !== "string" || !prices.tables.has(territory))
    throw new Wrong(`There is no territory ${String(territory)}.`);
  if (typeof price !== "string" || prices.tables.placeOf(territory, price) === undefined)
    throw new Wrong(`${territory} has no price of ${String(price)}; prices are texts.`);
  return { territory, price, startDate: day(startDate, "startDate"), endDate: day(endDate, "endDate") };
}

function schedule(value: Json, prices: PriceState): Schedule | null {
  if (value === null) return null;
  if (!isJsonObject(value)) throw new Wrong("schedule must be an object or null.");
  const { baseTerritory, manualPrices } = value;
  if (typeof baseTerritory !== "string" || !prices.tables.has(baseTerritory))
    throw new Wrong(`There is no territory ${String(baseTerritory)}.`);
  if (!Array.isArray(manualPrices)) throw new Wrong("manualPrices must be a list.");
  return makeSchedule(
    prices,
    baseTerritory,
    manualPrices.map((price: Json) => manualPrice(price, prices)),
  );
}

function itemChanges(value: JsonObject, prices: PriceState): ItemPricing {
  const changes: ItemPricing = {};
  if (value.schedule !== undefined) changes.schedule = schedule(value.schedule, prices);
  if (value.codeShift !== undefined) {
    if (!Number.isInteger(value.codeShift)) throw new Wrong("codeShift must be a whole number.");
    changes.codeShift = Number(value.codeShift);
  }
  for (const name of ["opaqueIds", "foreign"] as const) {
    const flag = value[name];
    if (flag === undefined) continue;
    if (typeof flag !== "boolean") throw new Wrong(`${name} must be true or false.`);
    changes[name] = flag;
  }
  return changes;
}

const members = ["id", "schedule", "codeShift", "opaqueIds", "foreign", "sharedAmount", "acceptUnproven"];

function apply(value: Json | undefined, prices: PriceState, resources: ResourceStore): void {
  if (!isJsonObject(value)) throw new Wrong("The body must be a JSON object.");
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined)
    throw new Wrong(`${unknown} is not known here; known are ${members.join(", ")}.`);
  const { id, sharedAmount, acceptUnproven } = value;
  const changes = itemChanges(value, prices);
  if (Object.keys(changes).length > 0 || id !== undefined) {
    const types = ["apps", "inAppPurchases", "subscriptions"];
    if (typeof id !== "string" || !types.some((type) => resources.get(type, id)))
      throw new Wrong(`There is no app, in-app purchase or subscription with id ${String(id)}.`);
  }
  if (acceptUnproven !== undefined && typeof acceptUnproven !== "boolean")
    throw new Wrong("acceptUnproven must be true or false.");
  const shared = sharedAmount === undefined ? undefined : manualPrice(sharedAmount, prices);
  if (typeof id === "string") setItem(prices, id, changes);
  if (shared !== undefined) shareAmount(prices, shared.territory, shared.price);
  if (acceptUnproven !== undefined) prices.acceptUnproven = acceptUnproven;
}

/**
 * Changes what the world knows of prices, from JSON: of one item by its `id`, and of all.
 *
 * @returns a sentence that says what is wrong, in which case nothing was changed; undefined otherwise.
 */
export function changePrices(
  value: Json | undefined,
  prices: PriceState,
  resources: ResourceStore,
): string | undefined {
  try {
    apply(value, prices, resources);
    return undefined;
  } catch (error) {
    if (error instanceof Wrong) return error.message;
    throw error;
  }
}
