import type { JobScope, StepResult } from "../../../jobs/kind.ts";
import { openPriceReader } from "../read/index.ts";
import { type PlanInput, planningOf } from "./make-plan.ts";
import { planProduct } from "./plan-product.ts";
import { toEnd } from "./stored-plan.ts";

/** Plans one product in a job: reads, and changes nothing. */
export async function planStep(
  { product, changes, rounding }: PlanInput,
  scope: JobScope,
): Promise<StepResult> {
  const reader = await openPriceReader(scope);
  return { kind: "end", ...toEnd(await planProduct(reader, product, changes, planningOf(scope, rounding))) };
}
