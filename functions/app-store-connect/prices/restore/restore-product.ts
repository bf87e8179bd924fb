import type { JobScope } from "../../../jobs/kind.ts";
import { sameAmounts } from "../apply/same-amounts.ts";
import type { Snapshot } from "../apply/snapshot.ts";
import type { Day, PricedProduct, PriceInterval, PriceSchedule, PriceWarning, Territory } from "../model.ts";
import { createEqualizations, type Equalizations } from "../plan/equalizations.ts";
import { guardPercent } from "../plan/guard.ts";
import { planBetween, presentOf } from "../plan/plan-schedule.ts";
import { Rejection, rejectionOf } from "../plan/rejection.ts";
import {
  namesOf,
  type StoredPlan,
  toPrices,
  toRejectedPlan,
  toSchedule,
  toStoredPlan,
} from "../plan/stored-plan.ts";
import { openPriceReader, type PriceReader, readCurrencies } from "../read/index.ts";
import { compareSchedules, pacificDay, presentSchedule } from "../timeline/index.ts";
import { openPointsNow } from "./points-now.ts";
import type { RestoreInput } from "./restore-job.ts";
import { restoreSubscription } from "./restore-subscription.ts";

/**
 * Plans to bring one product back to the prices of before a job, apart from what is past since. What is limited in
 * percent is a change that somebody asks for; going back to what was is not.
 *
 * @param wish place of the product in the job, and what becomes of subscribers.
 * @throws RelayError for what is wrong with the service.
 */
export async function restoreProduct(
  snapshot: Snapshot,
  wish: RestoreInput,
  scope: JobScope,
): Promise<StoredPlan> {
  const { product, subscription } = snapshot;
  const reader = await openPriceReader(scope);
  const today = pacificDay(scope.runtime.now());
  try {
    return subscription
      ? await restoreSubscription(reader, product, subscription, wish, today)
      : await restoreSchedule(reader, snapshot, wish.index, today);
  } catch (thrown) {
    return toRejectedPlan(namesOf(product), [wish.index], rejectionOf(thrown), product);
  }
}

async function restoreSchedule(
  reader: PriceReader,
  { product, baseTerritory = "", before, after }: Snapshot,
  index: number,
  today: Day,
): Promise<StoredPlan> {
  const currencies = await readCurrencies(reader);
  const now = await presentOf(reader, product, today);
  if (now.baseTerritory !== baseTerritory) {
    throw new Rejection(
      "base_territory_changed",
      `The base territory was ${baseTerritory} and is ${now.baseTerritory} now, so the old prices do not fit. Set them by a plan of changes.`,
    );
  }
  const old = presentSchedule(toSchedule(baseTerritory, before), today);
  const target = await withPointsOfNow(reader, product, old, now);
  const equalizations = createEqualizations(reader, product, baseTerritory);
  const planned = await planBetween(now, target, today, equalizations);
  return toStoredPlan(
    product,
    [index],
    {
      ...planned,
      baseTerritory,
      before: toPrices(now, currencies),
      after: toPrices(target, currencies),
      warnings: planned.changed
        ? [
            ...changedSince(toSchedule(baseTerritory, after), now, today, equalizations),
            ...planned.warnings,
            ...guardPercent(planned.rows),
          ]
        : [],
    },
    currencies,
  );
}

async function withPointsOfNow(
  reader: PriceReader,
  product: PricedProduct,
  { baseTerritory, manual }: PriceSchedule,
  now: PriceSchedule,
): Promise<PriceSchedule> {
  const stated = [...now.manual].map(([territory, intervals]) => {
    return [territory, intervals.map(({ point }) => point)] as const;
  });
  const points = await openPointsNow(reader, product, new Map(stated), now.baseTerritory);
  const found = new Map<Territory, PriceInterval[]>();
  for (const [territory, intervals] of manual) {
    const there: PriceInterval[] = [];
    for (const interval of intervals) {
      there.push({ ...interval, point: await points.find(territory, interval.point) });
    }
    found.set(territory, there);
  }
  return { baseTerritory, manual: found };
}

/** Later changes that a restore would undo as well. */
const listed = 10;

function changedSince(
  made: PriceSchedule,
  now: PriceSchedule,
  today: Day,
  equalizations: Equalizations,
): PriceWarning[] {
  if (sameAmounts(made, now, today)) return [];
  const rows = compareSchedules({ before: made, after: now, today, equalize: equalizations.find }).filter(
    (row) => row.before !== row.after,
  );
  const changes = rows.slice(0, listed).map(({ territory, from, to, before, after }) => {
    const days = `${from === null ? "from now" : `from ${from}`}${to === null ? "" : ` until before ${to}`}`;
    return `${territory} ${days}: ${before ?? "automatic"} became ${after ?? "automatic"}`;
  });
  const more = rows.length > listed ? `, and ${rows.length - listed} more` : "";
  return [
    {
      code: "changed_since",
      message: `The prices were changed after the job, and restoring undoes that too: ${changes.join("; ") || "days on which prices are set by hand"}${more}.`,
    },
  ];
}
