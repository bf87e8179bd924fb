import type { ItemEnd, JobData } from "../../../jobs/item.ts";
import type { PricedProduct, PriceInterval, PriceSchedule, PriceWarning, Territory } from "../model.ts";
import type { PlannedSubscription, StartingPrice } from "../subscriptions/index.ts";
import type { PriceRow } from "../timeline/index.ts";
import { largestPercent } from "./guard.ts";
import type { PlanError, PlanItem, PlannedPrice, PlanRow } from "./plan-item.ts";
import { withEnds } from "./with-ends.ts";

/**
 * What is kept of a product's plan: the item of a job, whose result this is. A plan is a job that changes nothing, so
 * that listing, keeping and paging are those of every job.
 */
export interface StoredPlan {
  /** As callers see it. */
  plan: PlanItem;
  /** Absent where the product was not found. */
  product?: PricedProduct;
  /** What is to be sent for a subscription; absent for everything else, whose `after` is sent as a whole. */
  subscription?: PlannedSubscription;
}

/** An end of a plan's item: what is changed counts as applied, since making the plan is what the job does. */
export interface PlanEnd {
  status: Extract<ItemEnd, "applied" | "unchanged" | "rejected">;
  result: JobData;
}

const ends: Readonly<Record<string, PlanEnd["status"]>> = {
  changed: "applied",
  unchanged: "unchanged",
  rejected: "rejected",
};

export function toEnd(stored: StoredPlan): PlanEnd {
  return { status: ends[stored.plan.status] ?? "rejected", result: { ...stored } };
}

/** Only `toEnd` writes results of plans. */
export function storedPlanOf(result: JobData | undefined): StoredPlan | undefined {
  return result as StoredPlan | undefined;
}

/** What of a plan is the same whatever its product's kind is. */
export interface PlanFacts {
  baseTerritory?: Territory;
  before: readonly PlannedPrice[];
  after: readonly PlannedPrice[];
  rows: readonly PriceRow[];
  warnings: readonly PriceWarning[];
  changed: boolean;
}

/** The plan of a product that was found. @param changes places of the changes in the call. */
export function toStoredPlan(
  product: PricedProduct,
  changes: readonly number[],
  facts: PlanFacts,
  currencies: ReadonlyMap<Territory, string>,
): StoredPlan {
  const { baseTerritory, before, after, rows, warnings, changed } = facts;
  return {
    product,
    plan: {
      ...namesOf(product),
      ...(baseTerritory !== undefined && { baseTerritory }),
      changes: [...changes],
      status: changed ? "changed" : "unchanged",
      before: [...before],
      after: [...after],
      rows: rows.map((row) => toRow(product, row, currencies)),
      percent: largestPercent(rows) ?? null,
      warnings: warnings.map(({ code, message }) => ({ code, message })),
      error: null,
    },
  };
}

/** The plan of a product that is rejected. */
export function toRejectedPlan(
  names: Pick<PlanItem, "app" | "product">,
  changes: readonly number[],
  error: PlanError,
  product?: PricedProduct,
): StoredPlan {
  return {
    ...(product && { product }),
    plan: {
      ...names,
      changes: [...changes],
      status: "rejected",
      before: [],
      after: [],
      rows: [],
      percent: null,
      warnings: [],
      error,
    },
  };
}

/** How a plan names a product. */
export function namesOf({
  kind,
  id,
  app,
  productId,
  name,
  type,
}: PricedProduct): Pick<PlanItem, "app" | "product"> {
  return {
    app: { ...app },
    product:
      kind === "app"
        ? null
        : {
            id,
            ...(productId !== undefined && { productId }),
            name,
            type: type ?? (kind === "subscription" ? "AUTO_RENEWABLE_SUBSCRIPTION" : "IN_APP_PURCHASE"),
          },
  };
}

/** What names a product in the rows of a job. Flat, as rows are. */
export function aboutOf({ kind, id, app, productId, name }: PricedProduct): JobData {
  return {
    name,
    appBundleId: app.bundleId,
    ...(kind !== "app" && { productId: productId ?? id }),
  };
}

function toRow(product: PricedProduct, row: PriceRow, currencies: ReadonlyMap<Territory, string>): PlanRow {
  const { territory, from, to, before = null, after = null, percent = null } = row;
  return {
    appBundleId: product.app.bundleId,
    product: product.kind === "app" ? "" : (product.productId ?? product.id),
    productName: product.name,
    territory,
    currency: currencies.get(territory) ?? "",
    from,
    to,
    before,
    after,
    percent,
  };
}

/** Manual prices of a schedule in a row: the base territory's first, then the others by their codes. */
export function toPrices(
  { baseTerritory, manual }: PriceSchedule,
  currencies: ReadonlyMap<Territory, string>,
): PlannedPrice[] {
  const others = [...manual.keys()].filter((territory) => territory !== baseTerritory).toSorted();
  return [baseTerritory, ...others].flatMap((territory) =>
    (manual.get(territory) ?? []).map((interval) => toPrice(territory, interval, currencies)),
  );
}

/** Prices of a subscription in a row. */
export function toSubscriptionPrices(
  prices: readonly StartingPrice[],
  currencies: ReadonlyMap<Territory, string>,
): PlannedPrice[] {
  return withEnds(prices).map((price) => toPrice(price.territory, price, currencies));
}

function toPrice(
  territory: Territory,
  { startDate, endDate, point }: PriceInterval,
  currencies: ReadonlyMap<Territory, string>,
): PlannedPrice {
  const currency = currencies.get(territory);
  return {
    territory,
    price: point.price,
    ...(currency !== undefined && { currency }),
    startDate,
    endDate,
    pricePointId: point.id,
  };
}

/** The schedule that prices were made of. */
export function toSchedule(baseTerritory: Territory, prices: readonly PlannedPrice[]): PriceSchedule {
  const manual = new Map<Territory, PriceInterval[]>();
  for (const { territory, price, startDate, endDate, pricePointId } of prices) {
    const intervals = manual.get(territory) ?? [];
    intervals.push({ startDate, endDate, point: { id: pricePointId, price } });
    manual.set(territory, intervals);
  }
  return { baseTerritory, manual };
}
