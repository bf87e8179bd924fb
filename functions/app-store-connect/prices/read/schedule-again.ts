import { pagingTotal, type ResourceDocument } from "../../client.ts";
import type { Resource } from "../../flatten.ts";
import type { PricedProduct } from "../model.ts";
import type { ScheduleNames } from "./kinds.ts";
import { decodePriceId, encodePointId } from "./point-id.ts";
import type { PriceReader } from "./reader.ts";
import { dayOf, relatedId } from "./resources.ts";
import {
  byTerritory,
  namesOf,
  ofSchedule,
  type ReadSchedule,
  readSchedule,
  type TerritoryPrice,
} from "./schedule.ts";

/** Most prices that come along with a schedule. Source: Apple's OpenAPI file. */
const maxIncluded = 50;

/**
 * The whole price schedule in one call, also where several territories have manual prices: for the look right before
 * a write. To be compared with what `readSchedule` answered, by base, days and the IDs of price points.
 *
 * It knows no amounts: the price of every point is `""`, unless the schedule had to be read in full, because it has
 * more than 50 manual prices or because the IDs of its prices do not say which price points they have.
 *
 * @throws TypeError for a subscription.
 * @throws RelayError as `readSchedule`.
 */
export async function readScheduleAgain(
  reader: PriceReader,
  product: PricedProduct,
): Promise<ReadSchedule | undefined> {
  const names = namesOf(product);
  const read = await ofSchedule(reader, product, async (id) => {
    const document = await reader.connect.document(names.schedule(id), {
      include: "baseTerritory,manualPrices",
      "limit[manualPrices]": maxIncluded,
      [`fields[${names.schedules}]`]: "baseTerritory,manualPrices",
      [`fields[${names.prices}]`]: "startDate,endDate",
    });
    return { schedule: decoded(document, product, names) };
  });
  return read && (read.schedule ?? readSchedule(reader, product));
}

/** The schedule that a document holds, or undefined where it does not hold all of it in a form that can be read. */
function decoded(
  { data, included }: ResourceDocument,
  product: PricedProduct,
  names: ScheduleNames,
): ReadSchedule | undefined {
  const baseTerritory = data && relatedId(data, "baseTerritory");
  const list = data?.relationships?.manualPrices;
  const total = pagingTotal(list?.meta);
  const prices = included.filter(({ type }) => type === names.prices);
  // Without a total, as many as were asked for may be the first of more.
  if (baseTerritory === undefined || !Array.isArray(list?.data) || prices.length !== list.data.length) {
    return undefined;
  }
  if (
    prices.length === 0 ||
    prices.length !== (total ?? (prices.length < maxIncluded ? prices.length : -1))
  ) {
    return undefined;
  }
  const all = prices.map((price) => priceOf(price, product));
  return all.includes(undefined)
    ? undefined
    : { baseTerritory, manual: byTerritory(all.filter((price) => price !== undefined)) };
}

function priceOf(price: Resource, product: PricedProduct): TerritoryPrice | undefined {
  const code = decodePriceId(price.id);
  if (code?.s !== product.id) return undefined;
  const startDate = dayOf(price, "startDate");
  const endDate = dayOf(price, "endDate");
  // 0 stands for an open side. Where ID and attributes say different things, neither is taken.
  if ((code.sd === 0) !== (startDate === null) || (code.ed === 0) !== (endDate === null)) return undefined;
  return { territory: code.t, startDate, endDate, point: { id: encodePointId(code), price: "" } };
}
