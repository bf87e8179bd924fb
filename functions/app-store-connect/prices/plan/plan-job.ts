import type { JobKind } from "../../../jobs/kind.ts";
import { loadWork } from "../load-work.ts";
import { shownItems, toPricePlan } from "./answer.ts";
import type { PlanInput } from "./make-plan.ts";

/** A plan that takes longer than a call. Its result is the plan. */
export const planJob: JobKind = {
  // A read of the schedule. One with prices in several territories takes another, for its base; if all were thought to,
  // the others would sleep twice as long as they have to.
  pace: { origin: "app-store-connect", calls: 1 },
  async step({ input }, scope) {
    const { planStep } = await loadWork();
    // Only `makePlan` makes inputs.
    return planStep(input as PlanInput, scope);
  },
  resultItems: shownItems,
  // As it stands at its end. GetPricePlan tells whether it has expired since.
  result: (items, job) => ({ ...toPricePlan(job, items, Date.parse(job.endedAt ?? job.createdAt)) }),
};
