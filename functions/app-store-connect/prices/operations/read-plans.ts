import * as Type from "typebox";
import { csvFile, csvFileFields } from "../../../csv/file.ts";
import { notACursor } from "../../../cursor.ts";
import type { JobItem } from "../../../jobs/job.ts";
import { itemPrefix } from "../../../jobs/rows.ts";
import { listOperation, type PageWish } from "../../../list.ts";
import { operation } from "../../../operation.ts";
import { choice } from "../../../schema.ts";
import type { Scope } from "../../../scope.ts";
import { PricePlan, shownItems, toPlanItem, toPricePlan } from "../plan/answer.ts";
import { PlanItem, PlanRow } from "../plan/plan-item.ts";
import { readPlan } from "../plan/read-plan.ts";
import { planId } from "./plan-fields.ts";

export const getPricePlan = operation({
  id: "GetPricePlan",
  summary: "Get a price plan",
  description: "Gets a plan of prices: where it stands, its counts and its first 100 products.",
  method: "GET",
  route: "app-store-connect/prices/plans/{planId}",
  input: { planId },
  output: PricePlan,
  async run({ planId }, scope) {
    const job = await readPlan(scope, planId);
    const { value } = await scope.jobs.items(planId, { limit: shownItems });
    return toPricePlan(job, await withResults(scope, value), scope.runtime.now());
  },
});

/** Statuses of a plan's items by those of its job: as the plan's summary counts them. */
const statuses = {
  changed: "applied",
  unchanged: "unchanged",
  rejected: ["rejected", "failed", "unknown", "cancelled"],
} as const;

const status = Type.Optional(
  choice("Status", "Only products of this status.", ["changed", "unchanged", "rejected"]),
);

export const listPricePlanItems = listOperation({
  id: "ListPricePlanItems",
  summary: "List the products of a price plan",
  description:
    "Lists the products of a plan with their prices before and after, what is rejected and why, and the changes as flat rows.",
  route: "app-store-connect/prices/plans/{planId}/items",
  input: { planId, status },
  item: PlanItem,
  async run({ planId, status }, scope, wish) {
    const { items, next } = await pageOf(scope, planId, status, wish);
    return { value: items.map(toPlanItem), position: next };
  },
});

export const listPricePlanRows = listOperation({
  id: "ListPricePlanRows",
  summary: "List the rows of a price plan",
  description:
    "Lists what a plan changes as flat rows, such as for an Excel table: product, territory, days, price before and after, and the change in percent. A page holds the rows of as many products as its limit says.",
  route: "app-store-connect/prices/plans/{planId}/rows",
  input: { planId },
  item: PlanRow,
  async run({ planId }, scope, wish) {
    const { items, next } = await pageOf(scope, planId, "changed", wish);
    return { value: items.flatMap((item) => toPlanItem(item).rows), position: next };
  },
});

const columns = [
  "app",
  "product",
  "name",
  "status",
  "territory",
  "currency",
  "from",
  "to",
  "before",
  "after",
  "percent",
  "warnings",
  "error",
  "field",
] as const;

export const getPricePlanCsv = operation({
  id: "GetPricePlanCsv",
  summary: "Get a price plan as CSV",
  description:
    "Gets a whole plan as the text of a CSV file, for the actions that create files: a line for each territory and time in which a price changes, and one for each product that is unchanged or rejected.",
  method: "GET",
  route: "app-store-connect/prices/plans/{planId}/csv",
  input: { planId },
  output: Type.Object(csvFileFields),
  async run({ planId }, scope) {
    await readPlan(scope, planId);
    const rows: (string | number | null)[][] = [];
    let after: string | undefined;
    do {
      const page = await scope.jobs.items(planId, { after, limit: pageSize });
      for (const item of await withResults(scope, page.value)) rows.push(...csvRows(toPlanItem(item)));
      after = page.next;
    } while (after !== undefined);
    return csvFile(`price-plan-${planId}.csv`, columns, rows);
  },
});

const pageSize = 200;

function csvRows({ app, product, status, rows, warnings, error }: PlanItem): (string | number | null)[][] {
  const names = [
    app.bundleId ?? app.id ?? "",
    product?.productId ?? product?.id ?? "",
    product?.name ?? app.name ?? "",
    status,
  ];
  const texts = [
    warnings.map(({ message }) => message).join(" "),
    error?.message ?? "",
    // Of a sheet that was sent it says the line.
    error?.field ?? "",
  ];
  if (rows.length === 0) return [[...names, null, null, null, null, null, null, null, ...texts]];
  return rows.map(({ territory, currency, from, to, before, after, percent }) => [
    ...names,
    territory,
    currency,
    from,
    to,
    before,
    after,
    percent,
    ...texts,
  ]);
}

async function pageOf(
  scope: Scope,
  planId: string,
  wanted: keyof typeof statuses | undefined,
  { limit, position, environment }: PageWish,
) {
  const known = position === undefined || new RegExp(`^${itemPrefix}\\d{6}$`).test(position);
  if (!known || environment !== undefined) throw notACursor();
  await readPlan(scope, planId);
  const status = wanted && statuses[wanted];
  const { value, next } = await scope.jobs.items(planId, { after: position, status, limit });
  return { items: await withResults(scope, value), next };
}

/** Results of a plan's items, wherever they are kept. */
async function withResults({ jobs }: Scope, items: readonly JobItem[]): Promise<JobItem[]> {
  const read: JobItem[] = [];
  for (const item of items) read.push({ ...item, result: await jobs.resultOf(item) });
  return read;
}
