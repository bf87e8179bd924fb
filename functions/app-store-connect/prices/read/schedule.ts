import { RelayError } from "../../../errors.ts";
import type { WholeList } from "../../client.ts";
import type { PricedProduct, PriceInterval, PriceSchedule, Territory } from "../model.ts";
import { pricesQuery, type ScheduledKind, type ScheduleNames, scheduleNames } from "./kinds.ts";
import { type PriceReader, unusable } from "./reader.ts";
import { dayOf, pointOf, relatedId, territoryOf } from "./resources.ts";

/** A schedule as it was read: all of it. */
export type ReadSchedule = PriceSchedule;

/** A product that has a price schedule: an app or an in-app purchase. */
export type ScheduledProduct = PricedProduct & { kind: ScheduledKind };

/** Whether a product has a price schedule; subscriptions have none. */
export function isScheduled(product: PricedProduct): product is ScheduledProduct {
  return product.kind !== "subscription";
}

/** A price of one territory on some days. */
export interface TerritoryPrice extends PriceInterval {
  territory: Territory;
}

/**
 * The whole price schedule of an app or an in-app purchase, with amounts as Apple states them; undefined where it has
 * none.
 *
 * One call where only the base territory has manual prices, and not more than 200 of them: a schedule always has one
 * for its base, so the only territory is the base. Another call asks for the base where several have some.
 *
 * @param base the base territory, where it is known: then one call is enough in any case.
 * @throws TypeError for a subscription.
 * @throws RelayError as every read; `bad_upstream_response` for what is not complete.
 */
export async function readSchedule(
  reader: PriceReader,
  product: PricedProduct,
  base?: Territory,
): Promise<ReadSchedule | undefined> {
  const names = namesOf(product);
  return ofSchedule(reader, product, async (id) => {
    const prices = await readPrices(reader, names, "manualPrices", id);
    const manual = byTerritory(prices);
    const [only, ...others] = manual.keys();
    if (only !== undefined && others.length === 0) return { baseTerritory: only, manual };
    if (base !== undefined && manual.has(base)) return { baseTerritory: base, manual };
    const { data } = await reader.connect.document(names.baseTerritory(id));
    if (!data) throw unusable("The price schedule has no base territory.");
    return { baseTerritory: data.id, manual };
  });
}

/** The prices that Apple computed from the base territory, of every other territory; none without a schedule. */
export async function readAutomaticPrices(
  reader: PriceReader,
  product: PricedProduct,
): Promise<readonly TerritoryPrice[]> {
  const names = namesOf(product);
  const read = (id: string) => readPrices(reader, names, "automaticPrices", id);
  return (await ofSchedule(reader, product, read)) ?? [];
}

/** The names of a product's kind. @throws TypeError for a subscription. */
export function namesOf(product: PricedProduct): ScheduleNames {
  if (!isScheduled(product)) throw new TypeError("A subscription has no price schedule.");
  return scheduleNames[product.kind];
}

/**
 * Reads something of a product's schedule, whose id is that of the item (observed, not documented). Where that leads
 * nowhere the product itself is asked for the id; undefined where it has no schedule.
 */
export async function ofSchedule<Value>(
  { connect }: PriceReader,
  product: PricedProduct,
  read: (id: string) => Promise<Value>,
): Promise<Value | undefined> {
  const names = namesOf(product);
  try {
    return await read(product.id);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // How Apple says that the item has no schedule.
    if (namesType(error, "null")) return undefined;
  }
  try {
    const { data } = await connect.document(names.scheduleOf(product.id), {
      [`fields[${names.schedules}]`]: "baseTerritory",
    });
    if (data === undefined || data.id === product.id) return undefined;
    return await read(data.id);
  } catch (error) {
    // The item itself is gone: that is not a missing schedule.
    if (!isNotFound(error) || namesType(error, names.items)) throw error;
    return undefined;
  }
}

async function readPrices(
  { connect }: PriceReader,
  names: ScheduleNames,
  which: "manualPrices" | "automaticPrices",
  id: string,
): Promise<TerritoryPrice[]> {
  return pricesOf(await connect.whole(names[which](id), pricesQuery(names)), names);
}

function pricesOf({ data, included }: WholeList, names: ScheduleNames): TerritoryPrice[] {
  const points = new Map(
    included.flatMap((item) => (item.type === names.points ? [[item.id, item] as const] : [])),
  );
  return data.map((price) => {
    const point = points.get(relatedId(price, names.point) ?? "");
    if (!point) throw unusable("A price has no price point.");
    return {
      territory: territoryOf(price),
      startDate: dayOf(price, "startDate"),
      endDate: dayOf(price, "endDate"),
      point: pointOf(point),
    };
  });
}

/** Prices as a schedule holds them: by territory, sorted by start. */
export function byTerritory(prices: readonly TerritoryPrice[]): ReadonlyMap<Territory, PriceInterval[]> {
  const manual = new Map<Territory, PriceInterval[]>();
  for (const { territory, ...interval } of prices) {
    const list = manual.get(territory);
    if (list) list.push(interval);
    else manual.set(territory, [interval]);
  }
  for (const list of manual.values()) list.sort(byStart);
  return manual;
}

/** Earlier starts first; one without a start is the earliest. */
export function byStart(a: { startDate: string | null }, b: { startDate: string | null }): number {
  const [left, right] = [a.startDate ?? "", b.startDate ?? ""];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Whether Apple knows nothing under what was asked for. */
function isNotFound(error: unknown): error is RelayError {
  return error instanceof RelayError && error.code === "not_found";
}

/** Whether a 404 says of a resource of this type that it is not there. */
function namesType({ upstream }: RelayError, type: string): boolean {
  return upstream?.message?.includes(`'${type}'`) ?? false;
}
