/** Plans of single products over the simulator. */
import assert from "node:assert/strict";
import type { PricedProduct } from "../../../../functions/app-store-connect/prices/model.ts";
import { checkChanges } from "../../../../functions/app-store-connect/prices/plan/check-changes.ts";
import { planProduct } from "../../../../functions/app-store-connect/prices/plan/plan-product.ts";
import type { Planning } from "../../../../functions/app-store-connect/prices/plan/plan-schedule.ts";
import type { StoredPlan } from "../../../../functions/app-store-connect/prices/plan/stored-plan.ts";
import { addDays, pacificDay } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { type ManualPriceFacts, makeSchedule } from "../../../../local/simulator/index.ts";
import type { Reading } from "../read/support.ts";

/** A day by its distance from today in US Pacific time. */
export const inDays = (count: number, now = Date.now()) => addDays(pacificDay(now), count);

/** A change without its app, which is the product's. */
export type ChangeFacts = Readonly<Record<string, unknown>>;

/** Plans one product as an operation does it: the changes are checked, then carried through. */
export async function planOf(
  reading: Reading,
  product: PricedProduct,
  changes: readonly ChangeFacts[],
  planning: Partial<Planning> = {},
): Promise<StoredPlan> {
  const today = planning.today ?? inDays(0);
  const rows = changes.map((change) => ({ app: product.app.bundleId, ...change }));
  const reader = await reading.open();
  return planProduct(reader, product, checkChanges(rows, today), {
    rounding: "exact",
    maxChangePercent: undefined,
    ...planning,
    today,
  });
}

/** Gives a product a schedule, past Apple's rules. */
export function give(
  { relay, set }: Reading,
  product: PricedProduct,
  base: string,
  facts: readonly ManualPriceFacts[],
): void {
  set(product.id, { schedule: makeSchedule(relay.simulator.world.appStoreConnect.prices, base, facts) });
}

/** Prices of a plan in short: `USA 4.99 [.. 2026-12-24)`. */
export function shown(
  prices: readonly { territory: string; price: string; startDate: string | null; endDate: string | null }[],
): string[] {
  return prices.map(
    ({ territory, price, startDate, endDate }) =>
      `${territory} ${price} ${startDate ?? ""}..${endDate ?? ""}`,
  );
}

/** Rows of a plan in short: `USA 2026-12-20.. 4.99 -> 3.99 -20.04`. */
export function rowsOf({ plan }: StoredPlan): string[] {
  return plan.rows.map(
    ({ territory, from, to, before, after, percent }) =>
      `${territory} ${from ?? ""}..${to ?? ""} ${before} -> ${after} ${percent}`,
  );
}

export const warningsOf = ({ plan }: StoredPlan) => plan.warnings.map(({ code }) => code);

/** Code and field of a rejected plan. */
export function rejectionOf({ plan }: StoredPlan): readonly [string, string | undefined] {
  assert.equal(plan.status, "rejected");
  assert.ok(plan.error);
  assert.deepEqual([plan.before, plan.after, plan.rows, plan.percent], [[], [], [], null]);
  return [plan.error.code, plan.error.field];
}
