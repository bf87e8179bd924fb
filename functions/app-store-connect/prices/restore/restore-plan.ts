import type { Accepted } from "../../../accepted.ts";
import { chooseCredential } from "../../../choose.ts";
import { RelayError } from "../../../errors.ts";
import { isOver, type Job } from "../../../jobs/job.ts";
import type { Scope } from "../../../scope.ts";
import { appStoreConnectKinds } from "../../client.ts";
import { mayHaveChanged, readSnapshot } from "../apply/snapshot.ts";
import type { PricePlan } from "../plan/answer.ts";
import { type OpenItem, planItems } from "../plan/plan-items.ts";
import { sameCredential } from "../plan/read-plan.ts";
import { toEnd } from "../plan/stored-plan.ts";
import type { RestoreInput } from "./restore-job.ts";
import { restoreProduct } from "./restore-product.ts";

/**
 * Makes a plan that brings back the prices of before a job, for every product that the job changed or may have changed.
 *
 * @throws RelayError `not_found`; `rejected` for a job that is not over or changed nothing.
 */
export async function planRestore(
  scope: Scope,
  { jobId, preserveCurrentPrice }: { jobId: string; preserveCurrentPrice?: boolean | undefined },
): Promise<PricePlan | Accepted> {
  const job = await readApplied(scope, jobId);
  sameCredential(job, scope.credentialName);
  const credential = await chooseCredential(scope, appStoreConnectKinds, job.credential);
  const named = { ...scope, credentialName: credential.credential.name };
  const open = await changedItems(scope, jobId, preserveCurrentPrice);
  if (open.length === 0) throw refused("The job changed nothing, so there is nothing to bring back.");
  return planItems(named, credential, open);
}

async function readApplied({ jobs }: Scope, jobId: string): Promise<Job> {
  const job = await jobs.read(jobId);
  if (job?.operation !== "ApplyPricePlan") {
    throw new RelayError("not_found", {
      message: "There is no such job that applied a plan of prices.",
      hint: "Give the job ID that ApplyPricePlan answered. Jobs are kept for 30 days.",
      details: [{ field: "jobId", message: "is the ID of no job that applied a plan." }],
    });
  }
  if (!isOver(job)) throw refused("The job is not over yet. Wait for it, or cancel it with CancelJob.");
  return job;
}

function refused(message: string): RelayError {
  return new RelayError("rejected", { status: 409, message });
}

/** Rows of a job that are read at a time, the most that Azure gives. */
const pageSize = 1_000;

async function changedItems(
  { jobs }: Scope,
  jobId: string,
  preserveCurrentPrice: boolean | undefined,
): Promise<OpenItem[]> {
  const open: OpenItem[] = [];
  let after: string | undefined;
  do {
    const page = await jobs.items(jobId, { after, limit: pageSize });
    for (const { about, index, status } of page.value) {
      if (!mayHaveChanged(status)) continue;
      const input: RestoreInput = {
        jobId,
        index,
        ...(preserveCurrentPrice !== undefined && { preserveCurrentPrice }),
      };
      open.push({
        about,
        input,
        async plan(quick) {
          const snapshot = await readSnapshot(quick, jobId, index);
          return snapshot && toEnd(await restoreProduct(snapshot, input, quick));
        },
      });
    }
    after = page.next;
  } while (after !== undefined);
  return open;
}
