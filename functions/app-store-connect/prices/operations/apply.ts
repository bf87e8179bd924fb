import * as Type from "typebox";
import { jobRow } from "../../../jobs/result.ts";
import { operation } from "../../../operation.ts";
import { flag, group, integer, list, number, orNull, words } from "../../../schema.ts";
import { appStoreConnectKinds } from "../../client.ts";
import { applyJob } from "../apply/apply-job.ts";
import { loadWork } from "../load-work.ts";
import { PricePlan } from "../plan/answer.ts";
import { restoreJob } from "../restore/restore-job.ts";
import { appliedJobId, planId } from "./plan-fields.ts";

const count = (title: string, description: string) => integer(title, description);

const AppliedItem = jobRow("Applied price", {
  name: Type.Optional(words("Name", "Name of the product.")),
  appBundleId: Type.Optional(words("App", "Bundle ID of the app.")),
  productId: Type.Optional(words("Product ID", "Product ID; absent for the app itself.")),
  percent: Type.Optional(orNull(number("Percent", "The largest change in percent, such as -50."))),
});

export const applyPricePlan = operation({
  id: "ApplyPricePlan",
  summary: "Apply a price plan",
  description:
    "Carries out a plan: for each product it looks whether the prices are still those that the plan was made from, sets the new ones, and reads them back. The action waits until that is done. Applying a plan again answers the same job and changes nothing twice.",
  method: "POST",
  route: "app-store-connect/prices/apply",
  visibility: "important",
  credentials: appStoreConnectKinds,
  input: { planId },
  output: Type.Object(
    {
      jobId: words("Job ID", "ID of the job, for the action that plans to restore the old prices."),
      status: words("Status", "How the job ended: completed, failed or cancelled."),
      summary: group("Summary", "How many products ended in which way.", {
        applied: count("Applied", "Products whose prices were changed, read back from Apple."),
        unchanged: count("Unchanged", "Products that stood as planned already."),
        rejected: count("Rejected", "Products whose changes were refused, by the plan or by Apple."),
        failed: count("Failed", "Products whose changes could not be made."),
        unknown: count("Unknown", "Products of which nobody knows whether they were changed."),
        cancelled: count("Cancelled", "Products that were not begun because the job was cancelled."),
      }),
      items: list("Items", "One row a product, in the order of the plan.", AppliedItem),
    },
    { title: "Applied prices" },
  ),
  job: applyJob,
  async run({ planId }, scope) {
    const { applyPlan } = await loadWork();
    return applyPlan(scope, planId);
  },
});

export const planPriceRestore = operation({
  id: "PlanPriceRestore",
  summary: "Plan to restore prices",
  description:
    "Shows what bringing back the prices of before a job would do: every product that the job changed gets its old prices again, apart from those of days that are past. The plan is carried out with Apply a price plan.",
  method: "POST",
  route: "app-store-connect/prices/restore",
  visibility: "important",
  safe: true,
  credentials: appStoreConnectKinds,
  input: {
    jobId: appliedJobId,
    preserveCurrentPrice: Type.Optional(
      flag(
        "Preserve current price",
        "Required where the job changed subscriptions: whether those who subscribe already keep the price that they pay.",
      ),
    ),
  },
  output: PricePlan,
  job: restoreJob,
  async run(input, scope) {
    const { planRestore } = await loadWork();
    return planRestore(scope, input);
  },
});
