import type { JobData } from "../../../jobs/item.ts";
import type { JobScope } from "../../../jobs/kind.ts";
import type { PricedProduct } from "../model.ts";
import { type StoredPlan, storedPlanOf } from "../plan/stored-plan.ts";

/** What is kept of a product that may have been changed, so that it can be brought back. */
export type Snapshot = Pick<StoredPlan["plan"], "before" | "after" | "baseTerritory"> &
  Pick<StoredPlan, "subscription"> & { product: PricedProduct };

/** A subscription that failed may have been changed in part. */
export function mayHaveChanged(status: string): boolean {
  return status === "applied" || status === "unknown" || status === "failed";
}

/** What is kept of a product. */
export function snapshotOf(product: PricedProduct, { plan, subscription }: StoredPlan): JobData {
  const { before, after, baseTerritory, percent } = plan;
  return {
    percent,
    ...(baseTerritory !== undefined && { baseTerritory }),
    before,
    after,
    product,
    ...(subscription && { subscription }),
  };
}

/**
 * The old prices of an item of a job that applied a plan; undefined where they are gone. Where the item's work broke off
 * without a result they are those of its plan.
 */
export async function readSnapshot(
  { jobs }: Pick<JobScope, "jobs">,
  jobId: string,
  index: number,
): Promise<Snapshot | undefined> {
  const item = await jobs.readItem(jobId, index);
  const result = item && (await jobs.resultOf(item));
  // Only `snapshotOf` writes results with a product.
  if (result && "product" in result) return result as unknown as Snapshot;
  const planned =
    typeof item?.about.planId === "string" ? await jobs.readItem(item.about.planId, index) : undefined;
  const stored = planned && storedPlanOf(await jobs.resultOf(planned));
  return stored?.product && (snapshotOf(stored.product, stored) as unknown as Snapshot);
}
