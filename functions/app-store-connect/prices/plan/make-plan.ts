import type { Accepted } from "../../../accepted.ts";
import { invalidInput } from "../../../errors.ts";
import type { Scope } from "../../../scope.ts";
import type { PricedProduct } from "../model.ts";
import { openPriceReader, type ResolvedProduct, resolveProducts } from "../read/index.ts";
import { pacificDay } from "../timeline/index.ts";
import type { PricePlan } from "./answer.ts";
import type { CheckedChange } from "./check-changes.ts";
import type { Rounding } from "./choose-point.ts";
import { type MadeItem, type OpenItem, planItems } from "./plan-items.ts";
import { planProduct } from "./plan-product.ts";
import { aboutOf, toEnd, toRejectedPlan } from "./stored-plan.ts";

/** What the step of a planning job gets. */
export interface PlanInput {
  product: PricedProduct;
  changes: readonly CheckedChange[];
  rounding: Rounding;
}

/**
 * Makes a plan of changes.
 *
 * @throws RelayError `invalid_input` where there are more products than the settings allow, before anything is asked.
 */
export async function makePlan(
  scope: Scope,
  changes: readonly CheckedChange[],
  rounding: Rounding,
): Promise<PricePlan | Accepted> {
  checkCount(changes, scope.configuration.prices.maxItems);
  const reader = await openPriceReader(scope);
  const groups = groupByProduct(await resolveProducts(reader, changes), changes);
  // One reader for the whole call, so that look-ups are shared; each item's deadline is that of the call.
  return planItems(
    scope,
    reader.connect.credential,
    groups.map((group) => toItem(group, rounding)),
  );
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

/** Changes of one product, or of one that was not found. */
interface Group {
  found: ResolvedProduct;
  /** At least one. */
  changes: [CheckedChange, ...CheckedChange[]];
}

function groupByProduct(resolved: readonly ResolvedProduct[], changes: readonly CheckedChange[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [place, change] of changes.entries()) {
    const found = resolved[place];
    if (!found) throw new TypeError("A change was not resolved.");
    const key =
      "product" in found
        ? `${found.product.kind} ${found.product.id}`
        : `none ${change.app} ${change.product ?? ""}`;
    const group = groups.get(key);
    if (group) group.changes.push(change);
    else groups.set(key, { found, changes: [change] });
  }
  return [...groups.values()];
}

function toItem({ found, changes }: Group, rounding: Rounding): OpenItem | MadeItem {
  const [first] = changes;
  if ("product" in found) {
    const { product } = found;
    const input: PlanInput = { product, changes, rounding };
    return {
      about: aboutOf(product),
      input,
      plan: async (scope) =>
        toEnd(await planProduct(await openPriceReader(scope), product, changes, planningOf(scope, rounding))),
    };
  }
  const { code, message, hint, details } = found.error;
  const field = `${first.place}${details?.[0]?.field ?? "product"}`;
  const names = {
    // Digits are an Apple ID.
    app: /^\d+$/.test(first.app) ? { id: first.app } : { bundleId: first.app },
    product: first.product === undefined ? null : { productId: first.product },
  };
  const error = { code, message: hint === undefined ? message : `${message} ${hint}`, field };
  const places = changes.map(({ index }) => index);
  return {
    about: { appBundleId: first.app, ...(first.product !== undefined && { productId: first.product }) },
    end: toEnd(toRejectedPlan(names, places, error)),
  };
}

/** What every product of a plan is planned with. */
export function planningOf(
  { configuration, runtime }: Pick<Scope, "configuration" | "runtime">,
  rounding: Rounding,
) {
  return {
    rounding,
    today: pacificDay(runtime.now()),
    maxChangePercent: configuration.prices.maxChangePercent,
  };
}
