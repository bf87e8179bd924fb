import type { Accepted } from "../../../accepted.ts";
import { eachOf } from "../../../credentials/each-of.ts";
import { invalidInput, RelayError } from "../../../errors.ts";
import { recordJob } from "../../../jobs/record-job.ts";
import { type NewItem, startJob } from "../../../jobs/start.ts";
import type { Scope } from "../../../scope.ts";
import { startDeadline } from "../../../upstream/deadline.ts";
import type { PricedProduct } from "../model.ts";
import { openPriceReader, type PriceReader, resolveProducts } from "../read/index.ts";
import { pacificDay } from "../timeline/index.ts";
import { type PricePlan, toPricePlan } from "./answer.ts";
import type { CheckedChange } from "./check-changes.ts";
import type { Rounding } from "./choose-point.ts";
import { planProduct } from "./plan-product.ts";
import type { Planning } from "./plan-schedule.ts";
import { aboutOf, toEnd, toRejectedPlan } from "./stored-plan.ts";

/** What the step of a planning job gets. */
export interface PlanInput {
  product: PricedProduct;
  changes: readonly CheckedChange[];
  rounding: Rounding;
}

/** More products than this are planned by a job from the start: each takes a second or two, eight at once. */
const maxAtOnce = 100;

/** A plan that is not made by then goes on as a job, so that the call ends within a minute (design). */
const atOnceMs = 50_000;

/** A product with its changes, or changes of which no product was found. */
type Group = { changes: CheckedChange[] } & (
  | { product: PricedProduct }
  | { error: { code: string; message: string; field: string } }
);

/**
 * Makes a plan: within the call where there are few products and the service answers, else as a job.
 *
 * @throws RelayError `invalid_input` where there are more products than the settings allow, before anything is asked.
 */
export async function makePlan(
  scope: Scope,
  changes: readonly CheckedChange[],
  rounding: Rounding,
): Promise<PricePlan | Accepted> {
  const { maxItems, maxChangePercent } = scope.configuration.prices;
  checkCount(changes, maxItems);
  const deadline = startDeadline(scope.runtime, Math.min(atOnceMs, scope.deadline.left()));
  try {
    const reader = await openPriceReader(scope);
    const groups = groupByProduct(await resolveProducts(reader, changes), changes);
    const planning: Planning = { today: pacificDay(scope.runtime.now()), rounding, maxChangePercent };
    const quick = await openPriceReader({ ...scope, deadline });
    const items = await planAtOnce(quick, groups, planning, deadline.signal);
    const { credential } = reader.connect;
    if (items.some((item) => "input" in item)) return await startJob(scope, { credential, items });
    const ended = items.flatMap((item) => ("end" in item ? [item] : []));
    const job = await recordJob(scope, { credential, items: ended });
    const shown = ended.map(({ about, end }, index) => ({
      index,
      about,
      result: undefined,
      error: undefined,
      ...end,
    }));
    return toPricePlan(job, shown, scope.runtime.now());
  } finally {
    deadline.clear();
  }
}

/** Two spellings of one product count twice here: what they stand for is not known before asking. */
function checkCount(changes: readonly CheckedChange[], maxItems: number): void {
  const products = new Set(changes.map(({ app, product = "" }) => `${app} ${product}`)).size;
  if (products <= maxItems) return;
  throw invalidInput([
    {
      field: "changes",
      message: `name ${products} products, and this relay plans ${maxItems} at a time (setting PRICE_MAX_ITEMS). Split them.`,
    },
  ]);
}

function groupByProduct(
  resolved: Awaited<ReturnType<typeof resolveProducts>>,
  changes: readonly CheckedChange[],
): Group[] {
  const groups = new Map<string, Group>();
  for (const [place, change] of changes.entries()) {
    const found = resolved[place];
    if (!found) continue;
    const key =
      "product" in found ? `${found.product.kind} ${found.product.id}` : `${change.app} ${change.product}`;
    const group = groups.get(key);
    if (group) group.changes.push(change);
    else if ("product" in found) groups.set(key, { product: found.product, changes: [change] });
    else {
      const { code, message, hint, details } = found.error;
      const field = `${change.field}.${details?.[0]?.field ?? "product"}`;
      groups.set(key, {
        changes: [change],
        error: { code, message: hint ? `${message} ${hint}` : message, field },
      });
    }
  }
  return [...groups.values()];
}

async function planAtOnce(
  reader: PriceReader,
  groups: readonly Group[],
  planning: Planning,
  signal: AbortSignal,
): Promise<NewItem[]> {
  const items = groups.map((group): NewItem => itemOf(group, planning.rounding));
  const open = [...groups.entries()].flatMap(([place, group]) =>
    "product" in group ? [{ place, group }] : [],
  );
  if (open.length > maxAtOnce) return items;
  const stop = new AbortController();
  await eachOf(open, open.length, AbortSignal.any([signal, stop.signal]), async ({ place, group }) => {
    try {
      const stored = await planProduct(reader, group.product, group.changes, planning);
      items[place] = { about: aboutOf(group.product), end: toEnd(stored) };
    } catch (error) {
      stop.abort();
      // What passes is left to the job; anything else would be the same there.
      if (!(error instanceof RelayError) || !error.retryable) throw error;
    }
  });
  return items;
}

function itemOf(group: Group, rounding: Rounding): NewItem {
  const { changes } = group;
  if ("product" in group) {
    const input: PlanInput = { product: group.product, changes, rounding };
    return { about: aboutOf(group.product), input };
  }
  const [first] = changes;
  const names = {
    app: first ? appAsNamed(first.app) : {},
    product: first?.product === undefined ? null : { productId: first.product },
  };
  const places = changes.map(({ index }) => index);
  return {
    about: {
      appBundleId: first?.app ?? "",
      ...(first?.product !== undefined && { productId: first.product }),
    },
    end: toEnd(toRejectedPlan(names, places, group.error)),
  };
}

/** What a row named: digits are an Apple ID. */
function appAsNamed(app: string) {
  return /^\d+$/.test(app) ? { id: app } : { bundleId: app };
}
