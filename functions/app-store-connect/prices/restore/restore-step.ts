import type { JobScope, StepResult } from "../../../jobs/kind.ts";
import { readSnapshot } from "../apply/snapshot.ts";
import { toEnd } from "../plan/stored-plan.ts";
import type { RestoreInput } from "./restore-job.ts";
import { restoreProduct } from "./restore-product.ts";

/** Plans in a job to bring back one product. */
export async function restoreStep(input: RestoreInput, scope: JobScope): Promise<StepResult> {
  const snapshot = await readSnapshot(scope, input.jobId, input.index);
  if (!snapshot) return { kind: "end", status: "rejected", error: gone };
  const stored = await restoreProduct(snapshot, input, scope);
  return { kind: "end", ...toEnd(stored) };
}

const gone = { code: "not_found", message: "The old prices of this product are no longer there." };
