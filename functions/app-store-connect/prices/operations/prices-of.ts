import type { Day, PricedProduct, PriceInterval, Territory } from "../model.ts";
import {
  isScheduled,
  type PriceReader,
  readAutomaticPrices,
  readCurrencies,
  readSchedule,
  readSubscriptionPrices,
  type SubscriptionPrice,
} from "../read/index.ts";

/** A price of one territory as GetPrices lists it. */
export interface PriceRow {
  territory: Territory;
  price: string;
  currency?: string;
  startDate?: Day;
  endDate?: Day;
  manual: boolean;
  inForce: boolean;
  preserved?: boolean;
  planType?: string;
}

/** All prices of a product. */
export interface ProductPrices {
  baseTerritory?: Territory;
  /** The base territory first, then by territory and start; in a territory, the preserved ones come after the others. */
  prices: PriceRow[];
}

/** Every price of a product; none where it has no schedule. @param today the day in US Pacific time. */
export async function pricesOf(
  reader: PriceReader,
  product: PricedProduct,
  today: Day,
): Promise<ProductPrices> {
  const { baseTerritory, prices } = isScheduled(product)
    ? await scheduled(reader, product, today)
    : { baseTerritory: undefined, prices: subscribed(await readSubscriptionPrices(reader, product), today) };
  const currencies = prices.length > 0 ? await readCurrencies(reader) : new Map<Territory, string>();
  const rank = (row: PriceRow) =>
    `${row.territory === baseTerritory ? 0 : 1}${row.territory}${row.planType ?? ""}${row.preserved ? 1 : 0}${row.startDate ?? ""}`;
  const ranked = prices.map((row) => [rank(row), row] as const);
  ranked.sort(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1));
  return {
    ...(baseTerritory !== undefined && { baseTerritory }),
    prices: ranked.map(([, { territory, price, ...rest }]) => {
      const currency = currencies.get(territory);
      return { territory, price, ...(currency !== undefined && { currency }), ...rest };
    }),
  };
}

async function scheduled(reader: PriceReader, product: PricedProduct, today: Day) {
  const schedule = await readSchedule(reader, product);
  if (!schedule) return { baseTerritory: undefined, prices: [] };
  const manual = [...schedule.manual].flatMap(([territory, intervals]) =>
    intervals.map((interval) => rowOf(territory, interval, true, today)),
  );
  // On days with a manual price the automatic one does not hold, whether Apple lists it or not.
  const covered = new Set(manual.flatMap(({ territory, inForce }) => (inForce ? territory : [])));
  const automatic = (await readAutomaticPrices(reader, product)).map(({ territory, ...interval }) => {
    const row = rowOf(territory, interval, false, today);
    return { ...row, inForce: row.inForce && !covered.has(territory) };
  });
  return { baseTerritory: schedule.baseTerritory, prices: [...manual, ...automatic] };
}

function rowOf(
  territory: Territory,
  { startDate, endDate, point }: PriceInterval,
  manual: boolean,
  today: Day,
): PriceRow {
  return {
    territory,
    price: point.price,
    ...(startDate !== null && { startDate }),
    ...(endDate !== null && { endDate }),
    manual,
    inForce: (startDate ?? "") <= today && (endDate === null || today < endDate),
  };
}

/** Prices of a subscription have no end: one holds until the next of its territory and plan starts. */
function subscribed(prices: readonly SubscriptionPrice[], today: Day): PriceRow[] {
  const lists = new Map<string, SubscriptionPrice[]>();
  for (const price of prices) {
    const key = JSON.stringify([price.territory, price.planType, price.preserved]);
    const list = lists.get(key);
    if (list) list.push(price);
    else lists.set(key, [price]);
  }
  // They come sorted by start.
  return [...lists.values()].flatMap((list) =>
    list.map(({ territory, startDate, preserved, planType, point }, index): PriceRow => {
      const next = preserved ? undefined : list[index + 1]?.startDate;
      return {
        territory,
        price: point.price,
        ...(startDate !== null && { startDate }),
        ...(typeof next === "string" && { endDate: next }),
        manual: true,
        inForce: !preserved && (startDate ?? "") <= today && (typeof next !== "string" || today < next),
        preserved,
        ...(planType !== undefined && { planType }),
      };
    }),
  );
}
