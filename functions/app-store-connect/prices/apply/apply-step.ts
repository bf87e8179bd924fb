import type { JobData } from "../../../jobs/item.ts";
import type { JobScope, StepResult } from "../../../jobs/kind.ts";
import type { PricedProduct } from "../model.ts";
import { type StoredPlan, storedPlanOf, toSchedule } from "../plan/stored-plan.ts";
import { applySubscription } from "../subscriptions/index.ts";
import type { ApplyInput } from "./apply-job.ts";
import { applySchedule } from "./apply-schedule.ts";
import { mayHaveChanged, snapshotOf } from "./snapshot.ts";

/** One step of a product's plan, whatever its kind is. */
export async function applyStep(
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

const planGone = {
  code: "not_found",
  message: "The plan of this product is no longer there.",
  hint: "Make a new plan.",
};
