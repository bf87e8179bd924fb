import { territories } from "../territories.ts";
import { addDays, pacificDay } from "./pacific.ts";
import { type ManualPrice, type PriceState, type Schedule, setItem } from "./state.ts";

/** A price that was set by hand, by its amount. */
export interface ManualPriceFacts {
  territory: string;
  price: string;
  startDate?: string | null;
  endDate?: string | null;
}

/**
 * A schedule from amounts. Apple's rules are not checked, so that a world can hold what nobody could write today.
 *
 * @throws Error for an amount that a territory does not have.
 */
export function makeSchedule(
  prices: PriceState,
  baseTerritory: string,
  facts: readonly ManualPriceFacts[],
): Schedule {
  const manual = facts.map(({ territory, price, startDate = null, endDate = null }): ManualPrice => {
    const place = prices.tables.placeOf(territory, price);
    if (place === undefined) throw new Error(`${territory} has no price of ${price}.`);
    return { territory, place, startDate, endDate };
  });
  return { baseTerritory, manual };
}

/** A schedule with a manual price in the first territories of the alphabet, all without dates. */
export function wideSchedule(prices: PriceState, price: string, count: number): Schedule {
  const base = { territory: "USA", price };
  const others = territories.filter(({ id }) => id !== "USA").slice(0, count - 1);
  const place = prices.tables.placeOf("USA", price) ?? 0;
  const manual = others.map(({ id: territory }): ManualPrice => {
    // One point above the automatic price, so that it is told apart from it.
    const own = prices.tables.equalize("USA", place, territory) + 1;
    return { territory, place: own, startDate: null, endDate: null };
  });
  return { baseTerritory: "USA", manual: [...makeSchedule(prices, "USA", [base]).manual, ...manual] };
}

/** Cuts every price of a schedule in two on a day, the second one a point dearer. */
function cut(schedule: Schedule, day: string): Schedule {
  const manual = schedule.manual.flatMap((price): ManualPrice[] => [
    { ...price, endDate: day },
    { ...price, place: price.place + 1, startDate: day },
  ]);
  return { ...schedule, manual };
}

/**
 * Prices of the default world. All that is not here has the price that follows from its id, in the United States, and
 * automatic ones elsewhere.
 */
export function fillPrices(prices: PriceState, now: number): void {
  const today = pacificDay(now);
  const [saleStart, saleEnd] = [addDays(today, 10), addDays(today, 17)];
  const set = (id: string, base: string, facts: readonly ManualPriceFacts[]) =>
    setItem(prices, id, { schedule: makeSchedule(prices, base, facts) });
  // Harbor Kings is free, Stillwater has a price of its own in one territory, the stickers never had a schedule.
  set("1480000001", "USA", [{ territory: "USA", price: "0.00" }]);
  set("1480000002", "USA", [
    { territory: "USA", price: "4.99" },
    { territory: "GBR", price: "3.99" },
  ]);
  setItem(prices, "1480000003", { schedule: null });
  // 100 Gems: prices of its own in three territories.
  set("6700000002", "USA", [
    { territory: "USA", price: "1.99" },
    { territory: "GBR", price: "1.49" },
    { territory: "JPN", price: "298" },
    { territory: "BRA", price: "9.95" },
  ]);
  // 150 Gems: a sale is scheduled.
  set("6700000003", "USA", [
    { territory: "USA", price: "2.99", endDate: saleStart },
    { territory: "USA", price: "1.99", startDate: saleStart, endDate: saleEnd },
    { territory: "USA", price: "2.99", startDate: saleEnd },
  ]);
  // 200 Gems: the base is Germany; two territories have a price of their own, one until a day and one from it on.
  set("6700000004", "DEU", [
    { territory: "DEU", price: "3.99" },
    { territory: "USA", price: "4.49", endDate: saleStart },
    { territory: "CAN", price: "5.99", startDate: saleStart },
  ]);
  // Season Pass 19 and 20: more manual prices than one answer, and than one page, can hold.
  setItem(prices, "6700000239", { schedule: wideSchedule(prices, "9.99", 60) });
  setItem(prices, "6700000240", { schedule: cut(wideSchedule(prices, "19.99", 120), saleStart) });
  // Rain Sounds: a temporary price in Switzerland that ends by itself.
  set("6710000001", "USA", [
    { territory: "USA", price: "3.99" },
    { territory: "CHE", price: "2.99", endDate: saleEnd },
  ]);
  setItem(prices, "6720000001", { schedule: null });
}
