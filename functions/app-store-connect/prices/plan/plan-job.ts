import type { JobKind, JobScope, StepResult } from "../../../jobs/kind.ts";
import { openPriceReader } from "../read/index.ts";
import { shownItems, toPricePlan } from "./answer.ts";
import { type PlanInput, planningOf } from "./make-plan.ts";
import { planProduct } from "./plan-product.ts";
import { toEnd } from "./stored-plan.ts";

/** Plans one product: reads, and changes nothing. */
async function planStep({ product, changes, rounding }: PlanInput, scope: JobScope): Promise<StepResult> {
  const reader = await openPriceReader(scope);
  return { kind: "end", ...toEnd(await planProduct(reader, product, changes, planningOf(scope, rounding))) };
}

/** A plan that takes longer than a call. Its result is the plan. */
export const planJob: JobKind = {
  // A read of the schedule, and in the middle of a sale that of its base territory.
  pace: { origin: "app-store-connect", calls: 2 },
  // Only `makePlan` makes inputs.
  step: ({ input }, scope) => planStep(input as PlanInput, scope),
  resultItems: shownItems,
  // As it stands at its end. GetPricePlan tells whether it has expired since.
  result: (items, job) => ({ ...toPricePlan(job, items, Date.parse(job.endedAt ?? job.createdAt)) }),
};
