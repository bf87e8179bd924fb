import type { JobKind, JobScope, StepResult } from "../../../jobs/kind.ts";
import { openPriceReader } from "../read/index.ts";
import { pacificDay } from "../timeline/index.ts";
import { shownItems, toPricePlan } from "./answer.ts";
import type { PlanInput } from "./make-plan.ts";
import { planProduct } from "./plan-product.ts";
import { toEnd } from "./stored-plan.ts";

/** Plans one product: reads, and changes nothing. */
async function planStep(input: PlanInput, scope: JobScope): Promise<StepResult> {
  const { product, changes, rounding } = input;
  const reader = await openPriceReader(scope);
  const stored = await planProduct(reader, product, changes, {
    rounding,
    today: pacificDay(scope.runtime.now()),
    maxChangePercent: scope.configuration.prices.maxChangePercent,
  });
  return { kind: "end", ...toEnd(stored) };
}

/** A plan that takes longer than a call. Its result is the plan. */
export const planJob: JobKind = {
  // A read of the schedule, and in the middle of a sale that of its base territory.
  pace: { origin: "app-store-connect", calls: 2 },
  // Only `makePlan` makes inputs.
  step: ({ input }, scope) => planStep(input as PlanInput, scope),
  resultItems: shownItems,
  // A result is asked for long before the plan expires, or its own time says that it has.
  result: (items, job) => ({ ...toPricePlan(job, items, Date.parse(job.endedAt ?? job.createdAt)) }),
};
