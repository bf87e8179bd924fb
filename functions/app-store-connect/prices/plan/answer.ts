import * as Type from "typebox";
import type { JobData } from "../../../jobs/item.ts";
import { isOver, type Job, type JobItem } from "../../../jobs/job.ts";
import { group, integer, list, orNull, words } from "../../../schema.ts";
import { PlanItem } from "./plan-item.ts";
import { storedPlanOf, toRejectedPlan } from "./stored-plan.ts";

/** A plan as callers see it. */
export const PricePlan = Type.Object(
  {
    planId: words("Plan ID", "ID of the plan, for the action that applies it."),
    status: words("Status", "Where the plan stands: planning, ready, expired, cancelled or failed."),
    expiresAt: orNull(words("Expires at", "Until when it can be applied; empty while it is being made.")),
    summary: group("Summary", "How many products the plan does what with.", {
      products: integer("Products", "Products that the plan is about."),
      changed: integer("Changed", "Products whose prices will change."),
      unchanged: integer("Unchanged", "Products that stand as asked already."),
      rejected: integer("Rejected", "Products whose changes cannot be made."),
    }),
    items: list("Items", "The first 100 products; ListPricePlanItems lists them all.", PlanItem),
  },
  { title: "Price plan" },
);

export type PricePlan = Type.Static<typeof PricePlan>;

/** Products that a plan shows itself (design). */
export const shownItems = 100;

/** A plan can be applied for so long after it was made (design). */
const validMs = 24 * 60 * 60_000;

/** When a plan can no longer be applied, in milliseconds; undefined while it is being made. */
export function expiryOf({ endedAt }: Job): number | undefined {
  return endedAt === undefined ? undefined : Date.parse(endedAt) + validMs;
}

/** Where a plan stands. @param now milliseconds since the epoch. */
export function planStatusOf(job: Job, now: number): string {
  if (!isOver(job)) return "planning";
  if (job.status !== "completed") return job.status;
  return now >= (expiryOf(job) ?? 0) ? "expired" : "ready";
}

/** An item of a plan's job, ended or not. */
type ShownItem = Pick<JobItem, "about" | "result" | "error"> & { status: string };

/** The answer for a plan. @param items the first ones of its job. */
export function toPricePlan(job: Job, items: readonly ShownItem[], now: number): PricePlan {
  const { applied, unchanged, rejected, failed, unknown, cancelled } = job.counts;
  const expiry = expiryOf(job);
  return {
    planId: job.id,
    status: planStatusOf(job, now),
    expiresAt: expiry === undefined ? null : new Date(expiry).toISOString(),
    summary: {
      products: job.total,
      changed: applied,
      unchanged,
      rejected: rejected + failed + unknown + cancelled,
    },
    items: items.slice(0, shownItems).map(toPlanItem),
  };
}

/** The plan of one product, also of one that could not be made. */
export function toPlanItem({ about, status, result, error }: ShownItem): PlanItem {
  const stored = storedPlanOf(result);
  if (stored) return stored.plan;
  const { code = "not_planned", message = `The plan of this product is ${status}.` } = error ?? {};
  return toRejectedPlan(namesOfAbout(about), [], { code, message }).plan;
}

function namesOfAbout({ name, appBundleId, productId }: JobData): Pick<PlanItem, "app" | "product"> {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const [bundleId, product, title] = [text(appBundleId), text(productId), text(name)];
  return {
    app: { ...(bundleId !== undefined && { bundleId }) },
    product:
      product === undefined ? null : { productId: product, ...(title !== undefined && { name: title }) },
  };
}
