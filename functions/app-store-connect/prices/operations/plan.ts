import * as Type from "typebox";
import { invalidInput } from "../../../errors.ts";
import { operation } from "../../../operation.ts";
import { list, longText, number, orNull, words } from "../../../schema.ts";
import type { Scope } from "../../../scope.ts";
import { appStoreConnectKinds } from "../../client.ts";
import { csvField } from "../csv/place.ts";
import { loadWork } from "../load-work.ts";
import type { Day } from "../model.ts";
import { PricePlan } from "../plan/answer.ts";
import { ChangeRow, changeFields, roundingField } from "../plan/change-input.ts";
import type { CheckedChange } from "../plan/check-changes.ts";
import { PlanItem } from "../plan/plan-item.ts";
import { planJob } from "../plan/plan-job.ts";

/** Changes of one call: a plan has 10,000 products as a rule, and a move of a sale is two changes of each. */
const maxChanges = 20_000;

export const planPriceChanges = operation({
  id: "PlanPriceChanges",
  summary: "Plan price changes",
  description:
    "Shows what changes of prices would do to apps, in-app purchases and subscriptions, before anything is changed. Everything that no change names keeps its price. The plan is carried out with Apply a price plan within 24 hours.",
  method: "POST",
  route: "app-store-connect/prices/plan",
  visibility: "important",
  safe: true,
  credentials: appStoreConnectKinds,
  csvBody: "csv",
  input: {
    changes: Type.Optional(
      list("Changes", "The changes, such as rows of an Excel table.", ChangeRow, {
        minItems: 1,
        maxItems: maxChanges,
        checkedApart: true,
        visibility: "important",
      }),
    ),
    csv: Type.Optional(
      longText(
        "CSV",
        "The changes as the text of a CSV file instead: a header with the columns app, product, territory, action, price, startDate, endDate, currency and preserveCurrentPrice, then a line for each change.",
      ),
    ),
    rounding: roundingField,
  },
  output: PricePlan,
  job: planJob,
  async run({ changes, csv, rounding = "exact" }, scope) {
    const { makePlan } = await loadWork();
    return makePlan(scope, await changesOf({ changes, csv }, scope), rounding);
  },
});

async function changesOf(
  { changes, csv }: { changes?: readonly unknown[] | undefined; csv?: string | undefined },
  { runtime }: Scope,
): Promise<CheckedChange[]> {
  const { checkChanges, pacificDay } = await loadWork();
  const today = pacificDay(runtime.now());
  if (changes && csv === undefined) return checkChanges(changes, today);
  if (csv !== undefined && !changes) return changesOfCsv(csv, today);
  throw invalidInput([
    {
      field: "changes",
      message: changes ? "and csv are both given: send one of them." : "is required, or csv in its place.",
    },
  ]);
}

async function changesOfCsv(csv: string, today: Day): Promise<CheckedChange[]> {
  // Loaded when it is needed: few plans come as CSV.
  const { readPriceChanges } = await import("../csv/read-changes.ts");
  const { alone, checkChanges, examineChanges } = await loadWork();
  const check = (rows: readonly unknown[]) => examineChanges(rows, today, alone).problems;
  const { changes, lines } = await readPriceChanges(csv, maxChanges, check);
  return checkChanges(changes, today, (index) => `${csvField(lines[index] ?? 0)}, `);
}

const PlannedChange = Type.Object(
  {
    planId: words("Plan ID", "ID of the plan, for the action that applies it."),
    status: words("Status", "What the plan does: changed, unchanged or rejected."),
    expiresAt: orNull(words("Expires at", "Until when the plan can be applied.")),
    productName: words("Product name", "Name of the product."),
    territory: orNull(words("Territory", "Territory of the first price that changes.")),
    currency: orNull(words("Currency", "Currency of that price.")),
    priceBefore: orNull(words("Price before", "That price before the change.")),
    priceAfter: orNull(words("Price after", "That price after the change.")),
    percent: orNull(number("Percent", "The largest change in percent, such as -50.")),
    warningText: words("Warnings", "What should be known before the plan is applied; empty where nothing."),
    errorCode: orNull(words("Error code", "Why the change is rejected, as a stable code.")),
    errorMessage: orNull(words("Error message", "Why the change is rejected.")),
    items: list("Items", "The product with its prices before and after, as in every plan.", PlanItem),
  },
  { title: "Planned price change" },
);

export const planPriceChange = operation({
  id: "PlanPriceChange",
  summary: "Plan a price change",
  description:
    "Shows what one change of a price would do, before anything is changed. The plan is carried out with Apply a price plan within 24 hours.",
  method: "POST",
  route: "app-store-connect/prices/plan-one",
  visibility: "important",
  safe: true,
  credentials: appStoreConnectKinds,
  input: { ...changeFields, rounding: roundingField },
  output: PlannedChange,
  job: {
    ...planJob,
    result: (items, job) => flat((planJob.result?.(items, job) ?? {}) as unknown as PricePlan),
  },
  async run({ rounding = "exact", ...given }, scope) {
    // What was given may hold the credential too, which is no field of a change.
    const names = Object.keys(changeFields);
    const change = Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
    const { alone, checkChanges, makePlan, pacificDay } = await loadWork();
    const changes = checkChanges([change], pacificDay(scope.runtime.now()), alone);
    const plan = await makePlan(scope, changes, rounding);
    return "planId" in plan ? flat(plan) : plan;
  },
});

/** A plan of one product without lists to look into. */
function flat(plan: PricePlan): Type.Static<typeof PlannedChange> {
  const [item] = plan.items;
  const row = item?.rows[0];
  return {
    planId: plan.planId,
    status: item?.status ?? plan.status,
    expiresAt: plan.expiresAt,
    productName:
      item?.product?.name ?? item?.product?.productId ?? item?.app.name ?? item?.app.bundleId ?? "",
    territory: row?.territory ?? null,
    currency: row?.currency ?? null,
    priceBefore: row?.before ?? null,
    priceAfter: row?.after ?? null,
    percent: item?.percent ?? null,
    warningText: (item?.warnings ?? []).map(({ message }) => message).join(" "),
    errorCode: item?.error?.code ?? null,
    errorMessage: item?.error?.message ?? null,
    items: plan.items,
  };
}
