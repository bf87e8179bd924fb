import type { EndedItem, JobData } from "../../../jobs/item.ts";
import type { Job } from "../../../jobs/job.ts";
import type { JobKind, JobScope, StepResult } from "../../../jobs/kind.ts";
import { rowOf } from "../../../jobs/result.ts";
import type { PricedProduct } from "../model.ts";
import { type StoredPlan, storedPlanOf, toSchedule } from "../plan/stored-plan.ts";
import { applySubscription } from "../subscriptions/index.ts";
import { applySchedule } from "./apply-schedule.ts";

/** What an item of the job holds: the plan itself stays where it is. */
export interface ApplyInput {
  planId: string;
  /** Place of the product in the plan. */
  index: number;
}

/** What is kept of a product that may have been changed, so that it can be brought back. */
export type Snapshot = Pick<StoredPlan["plan"], "before" | "after" | "baseTerritory"> &
  Pick<StoredPlan, "subscription"> & { product: PricedProduct };

/** Calls of one product: a look, the write, the proof. */
const callsOfOne = 3;

/** Three calls take a second or two. A worker that is killed is found missing after that, and another one goes on. */
const stepMs = 18_000;

/** Carries out a plan, a product an item. */
export const applyJob: JobKind = {
  pace: { origin: "app-store-connect", calls: callsOfOne },
  stepMs,
  // Only `applyPlan` makes inputs.
  step: ({ input, memo, repeated }, scope) => applyStep(input as ApplyInput, { memo, repeated }, scope),
  brief: ({ percent }) => ({ percent }),
  result: toResult,
};

async function applyStep(
  { planId, index }: ApplyInput,
  step: { memo: JobData | undefined; repeated: boolean },
  scope: JobScope,
): Promise<StepResult> {
  const item = await scope.jobs.readItem(planId, index);
  const stored = item && storedPlanOf(await scope.jobs.resultOf(item));
  if (!stored?.product) return { kind: "end", status: "failed", error: planGone };
  const outcome = await applyProduct(stored.product, stored, step, scope);
  if (outcome.kind === "later" || !mayHaveChanged(outcome.status)) return outcome;
  return { ...outcome, result: { ...outcome.result, ...snapshotOf(stored.product, stored) } };
}

function applyProduct(
  product: PricedProduct,
  { plan, subscription }: StoredPlan,
  step: { memo: JobData | undefined; repeated: boolean },
  scope: JobScope,
): Promise<StepResult> {
  if (subscription) return applySubscription({ product, planned: subscription, ...step }, scope);
  const { baseTerritory = "", before, after } = plan;
  const change = {
    product,
    before: toSchedule(baseTerritory, before),
    after: toSchedule(baseTerritory, after),
  };
  return applySchedule(change, step, scope);
}

/** A subscription that failed may have been changed in part. */
export function mayHaveChanged(status: string): boolean {
  return status === "applied" || status === "unknown" || status === "failed";
}

function snapshotOf(product: PricedProduct, { plan, subscription }: StoredPlan): JobData {
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

/** What an applied item kept; undefined where nothing was changed. Only `snapshotOf` writes those results. */
export function readSnapshot(result: JobData | undefined): Snapshot | undefined {
  return result && "before" in result ? (result as unknown as Snapshot) : undefined;
}

function toResult(items: readonly EndedItem[], { counts }: Job): JobData {
  const { applied, unchanged, rejected, failed, unknown, cancelled } = counts;
  return {
    summary: { applied, unchanged, rejected, failed, unknown, cancelled },
    items: items.map(rowOf),
  };
}

const planGone = {
  code: "not_found",
  message: "The plan of this product is no longer there.",
  hint: "Make a new plan.",
};
