import { invalidInput, RelayError } from "../../../errors.ts";
import type { Job } from "../../../jobs/job.ts";
import type { Scope } from "../../../scope.ts";

/** Operations whose jobs are plans. */
export const planOperations: ReadonlySet<string> = new Set([
  "PlanPriceChanges",
  "PlanPriceChange",
  "PlanPriceRestore",
]);

/** The job that a plan is. @throws RelayError `not_found`. */
export async function readPlan({ jobs }: Pick<Scope, "jobs">, planId: string): Promise<Job> {
  const job = await jobs.read(planId);
  if (job && planOperations.has(job.operation)) return job;
  throw new RelayError("not_found", {
    message: "There is no such plan.",
    hint: "Plans are kept for 30 days. ListJobs lists them.",
    details: [{ field: "planId", message: "is the ID of no plan." }],
  });
}

/** A plan belongs to the credential that it was made with. @throws RelayError `invalid_input` for another one. */
export function sameCredential({ credential }: Job, named: string | undefined): void {
  if (named === undefined || credential === undefined || named === credential) return;
  throw invalidInput([
    {
      field: "credential",
      message: `is not the one that the plan was made with. Leave it empty, or name ${credential}.`,
    },
  ]);
}
