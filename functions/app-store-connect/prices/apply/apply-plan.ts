import type { Accepted } from "../../../accepted.ts";
import { chooseCredential } from "../../../choose.ts";
import { RelayError } from "../../../errors.ts";
import { derivedJobId } from "../../../jobs/id.ts";
import type { ItemError } from "../../../jobs/item.ts";
import type { Job } from "../../../jobs/job.ts";
import { joinJob, type NewItem, startJob } from "../../../jobs/start.ts";
import type { Scope } from "../../../scope.ts";
import { appStoreConnectKinds } from "../../client.ts";
import { planStatusOf } from "../plan/answer.ts";
import type { PlanError } from "../plan/plan-item.ts";
import { readPlan, sameCredential } from "../plan/read-plan.ts";
import { storedPlanOf } from "../plan/stored-plan.ts";
import type { ApplyInput } from "./apply-job.ts";

/**
 * Starts the job that carries out a plan. A plan has one such job: whoever asks again is told of that one.
 *
 * @throws RelayError `not_found`, `plan_expired`; `rejected` for a plan that is not ready.
 */
export async function applyPlan(scope: Scope, planId: string): Promise<Accepted> {
  const plan = await readPlan(scope, planId);
  sameCredential(plan, scope.credentialName);
  const id = derivedJobId(Date.parse(plan.createdAt), `apply ${planId}`);
  const known = await joinJob(scope, id);
  if (known) return known;
  checkReady(plan, scope.runtime.now());
  const credential = await chooseCredential(scope, appStoreConnectKinds, plan.credential);
  return startJob(scope, { id, credential, items: await itemsOf(scope, planId) });
}

function checkReady(plan: Job, now: number): void {
  const status = planStatusOf(plan, now);
  if (status === "ready") return;
  if (status === "expired") {
    throw new RelayError("plan_expired", {
      message: "The plan is older than 24 hours, and prices may have changed since.",
      hint: "Make a new plan and apply that.",
    });
  }
  throw new RelayError("rejected", {
    status: 409,
    message: `The plan cannot be applied: it is ${status}.`,
    hint: status === "planning" ? "Wait until it is ready. GetPricePlan tells." : "Make a new plan.",
  });
}

/** Rows of a plan that are read at a time, the most that Azure gives. */
const pageSize = 1_000;

async function itemsOf({ jobs }: Scope, planId: string): Promise<NewItem[]> {
  const items: NewItem[] = [];
  let after: string | undefined;
  do {
    const page = await jobs.items(planId, { after, limit: pageSize });
    for (const item of page.value) {
      const { index, status, error } = item;
      // By which a restore finds the old prices, also of an item whose work broke off.
      const about = { ...item.about, planId };
      // What the plan leaves as it is gets checked too.
      if (status === "applied" || status === "unchanged") {
        const input: ApplyInput = { planId, index };
        items.push({ about, input });
        continue;
      }
      const rejected = storedPlanOf(await jobs.resultOf(item))?.plan.error;
      items.push({
        about,
        end: { status: "rejected", error: rejected ? toItemError(rejected) : (error ?? notPlanned) },
      });
    }
    after = page.next;
  } while (after !== undefined);
  return items;
}

function toItemError({ code, message, field }: PlanError): ItemError {
  return { code, message, ...(field !== undefined && { details: [{ field, message }] }) };
}

const notPlanned = { code: "not_planned", message: "The plan has nothing for this product." };
