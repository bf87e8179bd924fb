import type { EndedItem, JobData } from "../../../jobs/item.ts";
import type { Job } from "../../../jobs/job.ts";
import type { JobKind } from "../../../jobs/kind.ts";
import { rowOf } from "../../../jobs/result.ts";
import { loadWork } from "../load-work.ts";

/** What an item of the job holds: the plan itself stays where it is. */
export interface ApplyInput {
  planId: string;
  /** Place of the product in the plan, and in the job. */
  index: number;
}

/** Calls of one product: a look, the write, the proof. */
const callsOfOne = 3;

/** Three calls take a second or two. A worker that is killed is found missing after that, and another one goes on. */
const stepMs = 18_000;

/** Carries out a plan, a product an item. */
export const applyJob: JobKind = {
  // Each of them goes to an endpoint of its own.
  pace: { origin: "app-store-connect", calls: callsOfOne, atOne: 1 },
  stepMs,
  async step({ input, memo, repeated }, scope) {
    const { applyStep } = await loadWork();
    // Only `applyPlan` makes inputs.
    return applyStep(input as ApplyInput, { memo, repeated }, scope);
  },
  brief: ({ percent }) => ({ percent }),
  result: toResult,
};

function toResult(items: readonly EndedItem[], { counts }: Job): JobData {
  const { applied, unchanged, rejected, failed, unknown, cancelled } = counts;
  return {
    summary: { applied, unchanged, rejected, failed, unknown, cancelled },
    items: items.map(rowOf),
  };
}
