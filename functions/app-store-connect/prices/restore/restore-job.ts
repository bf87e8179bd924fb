import type { JobKind, JobScope, StepResult } from "../../../jobs/kind.ts";
import { readSnapshot } from "../apply/apply-job.ts";
import { planJob } from "../plan/plan-job.ts";
import { toEnd } from "../plan/stored-plan.ts";
import { restoreProduct } from "./restore-product.ts";

/** What an item of the job holds: where the old prices are kept. */
export interface RestoreInput {
  jobId: string;
  /** Place of the product in that job. */
  index: number;
  /** Whether subscribers keep what they pay; subscriptions need it. */
  preserveCurrentPrice?: boolean;
}

async function restoreStep(input: RestoreInput, scope: JobScope): Promise<StepResult> {
  const item = await scope.jobs.readItem(input.jobId, input.index);
  const snapshot = item && readSnapshot(await scope.jobs.resultOf(item));
  if (!snapshot) return { kind: "end", status: "rejected", error: gone };
  const stored = await restoreProduct(snapshot, input, scope);
  return { kind: "end", ...toEnd(stored) };
}

/** Plans to bring back what a job changed. Its result is a plan like any other. */
export const restoreJob: JobKind = {
  ...planJob,
  // Only `restorePlan` makes inputs.
  step: ({ input }, scope) => restoreStep(input as RestoreInput, scope),
};

const gone = { code: "not_found", message: "The old prices of this product are no longer there." };
