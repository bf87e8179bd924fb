/** Products of the simulated world, what is asked of them, and what is there once nothing has gone wrong. */
import assert from "node:assert/strict";
import type { ItemOverview } from "../../../../local/simulator/index.ts";
import type { Relay } from "../../../support/relay.ts";
import { assertEnded, inOrder, startTrial, type Trial } from "./trial.ts";

export interface Case {
  name: string;
  /** Apple ID of the product. */
  id: string;
  changes: readonly Readonly<Record<string, unknown>>[];
  /** Writes that it takes. */
  writes: number;
}

const sale = { startDate: "2026-03-10", endDate: "2026-03-20" };

export const app: Case = {
  name: "an app",
  id: "1480000002",
  changes: [{ app: "1480000002", price: "2.99", ...sale }],
  writes: 1,
};

export const purchase: Case = {
  name: "an in-app purchase with prices of its own in four territories",
  id: "6700000002",
  changes: [
    { app: "1480000001", product: "6700000002", territory: "*", price: "0.99", ...sale },
    { app: "1480000001", product: "6700000002", territory: "CHE", price: "1.00", startDate: "2026-04-01" },
  ],
  writes: 1,
};

export const subscription: Case = {
  name: "a subscription in three territories",
  id: "6730000001",
  changes: ["USA", "GBR", "CHE"].map((territory) => ({
    app: "1480000002",
    product: "6730000001",
    territory,
    price: "3.99",
    startDate: "2026-03-10",
    preserveCurrentPrice: true,
  })),
  writes: 3,
};

export const firstPrice: Case = {
  name: "a subscription that never had a price",
  id: "6730000003",
  changes: [undefined, "2026-03-10"].map((startDate, index) => ({
    app: "1480000002",
    product: "6730000003",
    territory: "USA",
    price: index === 0 ? "4.99" : "5.99",
    startDate,
  })),
  writes: 2,
};

export const cases: readonly Case[] = [app, purchase, subscription, firstPrice];

/** A trial whose job waits to be worked on. */
export async function begun(relay: Relay, { changes }: Case): Promise<{ trial: Trial; jobId: string }> {
  const trial = startTrial(relay);
  return { trial, jobId: (await trial.apply(changes)).jobId };
}

/** What is there once nothing has gone wrong. */
export async function undisturbed(
  relay: Relay,
  { id, changes, writes }: Case,
): Promise<{ prices: ItemOverview; calls: readonly string[] }> {
  const trial = startTrial(relay);
  const { plan, jobId } = await trial.apply(changes);
  const old = trial.apple.prices(id);
  await trial.workOff();
  await assertEnded(trial, jobId, ["applied"], "undisturbed");
  const prices = trial.apple.prices(id);
  assert.deepEqual([old.writes, prices.writes], [0, writes]);
  assert.notDeepEqual({ ...prices, writes: 0 }, old);
  if (prices.manualPrices) {
    assert.deepEqual(inOrder(prices.manualPrices), inOrder(plan.items[0]?.after ?? []));
  }
  return { prices, calls: trial.apple.calls };
}
