import type { JobKind } from "../../../jobs/kind.ts";
import { loadWork } from "../load-work.ts";
import { planJob } from "../plan/plan-job.ts";

/** What an item of the job holds: where the old prices are kept. */
export interface RestoreInput {
  jobId: string;
  /** Place of the product in that job. */
  index: number;
  /** Whether subscribers keep what they pay; subscriptions need it. */
  preserveCurrentPrice?: boolean;
}

/** Plans to bring back what a job changed. Its result is a plan like any other. */
export const restoreJob: JobKind = {
  ...planJob,
  async step({ input }, scope) {
    const { restoreStep } = await loadWork();
    // Only `planRestore` makes inputs.
    return restoreStep(input as RestoreInput, scope);
  },
};
