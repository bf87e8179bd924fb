/** A sale of a hundred products in the simulated world, as the CSV that somebody keeps it in. */
import assert from "node:assert/strict";
import {
  addProducts,
  type ItemOverview,
  makeSchedule,
  priceOverview,
  type Simulator,
  setItem,
} from "../../../../local/simulator/index.ts";
import { addDays, pacificDay } from "../../../../local/simulator/world/prices/pacific.ts";
import { inOrder, type Plan } from "../apply/trial.ts";

const stillwater = { id: "1480000002", bundleId: "com.example.stillwater" };
export const subscription = "6730000001";

export interface Sale {
  csv: string;
  /** Apple IDs by what becomes of them: those that the sale changes, those that stand as asked, those that it cannot name. */
  changed: readonly string[];
  unchanged: readonly string[];
  rejected: number;
}

/** Products of the sale, the app itself and a subscription among them. */
export const saleSize = 100;

/** Puts the products into the world and writes the sale. */
export function prepareSale({ world }: Simulator): Sale {
  const { prices, resources } = world.appStoreConnect;
  const today = pacificDay(Date.now());
  const [start, end, later] = [addDays(today, 3), addDays(today, 10), addDays(today, 40)];
  const added = addProducts(resources, stillwater.id, 93);
  const lines = ["app,product,territory,price,startDate,endDate"];
  const line = (...cells: string[]) => lines.push([stillwater.bundleId, ...cells].join(","));
  for (const [index, id] of added.entries()) {
    const product = resources.get("inAppPurchases", id)?.attributes.productId;
    assert.ok(typeof product === "string");
    if (index % 3 === 0) {
      const facts = ["USA 7.99", "GBR 5.49", "JPN 998"].map((text) => text.split(" "));
      const manual = facts.map(([territory = "", price = ""]) => ({ territory, price }));
      setItem(prices, id, { schedule: makeSchedule(prices, "USA", manual) });
    }
    const price = `${1 + (index % 9)}.49`;
    if (index === 92) line(product, "", `${Number(id) % 20}.99`, "", "");
    else if (index % 4 === 0) line(product, "", price, "", "");
    else if (index % 4 === 1) line(product, "", price, start, end);
    else if (index % 4 === 2) line(product, "*", price, "", end);
    else {
      line(product, "*", price, start, end);
      line(product, "CHE", "5.00", later, "");
    }
  }
  // The app itself, one of its products in the middle of a sale, and a subscription.
  line("", "", "3.49", start, end);
  line("6710000001", "", "1.49", start, end);
  line(subscription, "USA", "2.49", start, "");
  line(`${stillwater.bundleId}.no.such.product`, "", "1.49", "", "");
  line("6799999999", "", "1.49", "", "");
  line("6710000002", "", "4.97", "", "");
  line("6710000003", "USA", "0.01", start, "");
  lines[0] = `${lines[0]},preserveCurrentPrice`;
  for (let place = 1; place < lines.length; place += 1)
    lines[place] += (lines[place] ?? "").includes(subscription) ? ",true" : ",";
  return {
    csv: `${lines.join("\n")}\n`,
    changed: [...added.slice(0, 92), stillwater.id, "6710000001", subscription],
    unchanged: added.slice(92),
    rejected: 4,
  };
}

/** Prices of everything, by Apple ID. */
export function pricesOf({ world }: Simulator): Map<string, ItemOverview> {
  const { prices, resources } = world.appStoreConnect;
  return new Map(priceOverview(prices, resources).map((item) => [item.id, item]));
}

/** What somebody else does to a product. */
export function meddle({ world }: Simulator, id: string): void {
  const { prices } = world.appStoreConnect;
  setItem(prices, id, { schedule: makeSchedule(prices, "USA", [{ territory: "USA", price: "49.99" }]) });
}

/** The amounts of a product in short, days included. A subscription's are those of the United States. */
export function amountsOf(item: ItemOverview | undefined, otherwise?: ItemOverview): unknown {
  assert.ok(item);
  if (item.type !== "subscriptions") return [item.baseTerritory, inOrder(item.manualPrices ?? [])];
  const list = (item.subscriptionPrices ?? otherwise?.subscriptionPrices)?.USA ?? [];
  return list.map(({ price, startDate }) => ({ price, startDate }));
}

/** What a plan says that will be there. */
export function plannedAmounts({ product, after }: Plan["items"][number]): unknown {
  if (product?.id !== subscription) return ["USA", inOrder(after)];
  return after
    .filter(({ territory }) => territory === "USA")
    .map(({ price, startDate }) => ({ price, startDate }));
}
