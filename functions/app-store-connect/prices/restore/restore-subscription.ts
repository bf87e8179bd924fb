import type { Day, PriceChange, PricedProduct, PriceWarning, Territory } from "../model.ts";
import { guardPercent } from "../plan/guard.ts";
import { planResolved } from "../plan/plan-subscription.ts";
import { Rejection } from "../plan/rejection.ts";
import { type StoredPlan, toStoredPlan, toSubscriptionPrices } from "../plan/stored-plan.ts";
import { type PriceReader, readCurrencies, readSubscriptionPrices } from "../read/index.ts";
import {
  asOf,
  byTerritory,
  forNewSubscribers,
  listed,
  type PlannedSubscription,
  referenceTerritory,
  type StartingPrice,
  sameTimeline,
} from "../subscriptions/index.ts";
import { openPointsNow } from "./points-now.ts";
import type { RestoreInput } from "./restore-job.ts";
import { inRestoreWords, ofRestore } from "./words.ts";

/**
 * Plans to bring a subscription back to the prices of before a job, in the territories that the job wrote to: from the
 * next day Apple takes, the price that was in force, then those that were scheduled and are not past.
 */
export async function restoreSubscription(
  reader: PriceReader,
  product: PricedProduct,
  made: PlannedSubscription,
  { index, preserveCurrentPrice }: RestoreInput,
  today: Day,
): Promise<StoredPlan> {
  const currencies = await readCurrencies(reader);
  const prices = await readSubscriptionPrices(reader, product);
  const written = new Set(
    made.writes.flatMap((write) =>
      write.kind === "first" ? write.prices.map(({ territory }) => territory) : [write.territory],
    ),
  );
  const stated = new Map(
    [...byTerritory(listed(prices))].map(([territory, all]) => [territory, all.map(({ point }) => point)]),
  );
  const points = await openPointsNow(reader, product, stated, referenceTerritory(prices));
  const choice = preserveCurrentPrice === undefined ? {} : { preserveCurrentPrice };
  const changes: PriceChange[] = [];
  for (const territory of written) {
    const before = made.before.filter((price) => price.territory === territory);
    for (const change of changesTo(before, { index, territory, today })) {
      const { point } = change;
      changes.push(
        point ? { ...change, ...choice, point: await points.find(territory, point) } : { ...change },
      );
    }
  }
  const { planned, rows, warnings, changed } = await plannedBack(reader, product, { prices, today, changes });
  const present = forNewSubscribers(prices, today);
  const stored = toStoredPlan(
    product,
    [index],
    {
      rows,
      changed,
      before: toSubscriptionPrices(planned.before, currencies),
      after: toSubscriptionPrices(planned.after, currencies),
      warnings: changed
        ? [...changedSince(made, present, { written, today }), ...ofRestore(warnings), ...guardPercent(rows)]
        : [],
    },
    currencies,
  );
  return { ...stored, subscription: planned };
}

/** What leads a territory back: a first price cannot be taken back, so where there was none nothing is asked. */
function changesTo(
  before: readonly StartingPrice[],
  { index, territory, today }: { index: number; territory: Territory; today: Day },
): PriceChange[] {
  const begun = before.filter(({ startDate }) => startDate === null || startDate <= today).at(-1);
  const later = before.filter(({ startDate }) => startDate !== null && startDate > today);
  const cancel: PriceChange = { index, action: "cancel", territory, startDate: null, endDate: null };
  const set = ({ startDate, point }: StartingPrice): PriceChange => ({
    index,
    action: "set",
    territory,
    point,
    startDate: startDate !== null && startDate > today ? startDate : null,
    endDate: null,
  });
  return [cancel, ...(begun ? [set(begun)] : []), ...later.map(set)];
}

function changedSince(
  made: PlannedSubscription,
  present: readonly StartingPrice[],
  { written, today }: { written: ReadonlySet<Territory>; today: Day },
): PriceWarning[] {
  // As it counts today: a start that has passed since is no change.
  const [was, is] = [byTerritory(asOf(made.after, today)), byTerritory(present)];
  const inWords = (prices: readonly StartingPrice[] = []) =>
    prices.map(({ startDate, point }) => `${point.price} from ${startDate ?? "before"}`).join(", ") ||
    "no price";
  const changes = [...written].flatMap((territory) => {
    const [before, now] = [was.get(territory), is.get(territory)];
    return sameTimeline(before, now) ? [] : [`${territory}: ${inWords(before)} became ${inWords(now)}`];
  });
  if (changes.length === 0) return [];
  const more = changes.length > 10 ? `; and ${changes.length - 10} more` : "";
  return [
    {
      code: "changed_since",
      message: `The prices were changed after the job, and restoring undoes that too: ${changes.slice(0, 10).join("; ")}${more}.`,
    },
  ];
}

/** The same as for changes, with what is wrong in words of the restore. */
async function plannedBack(...facts: Parameters<typeof planResolved>): ReturnType<typeof planResolved> {
  try {
    return await planResolved(...facts);
  } catch (thrown) {
    if (!(thrown instanceof Rejection)) throw thrown;
    const { code, message } = thrown.problem;
    if (code !== "preserve_choice_required") throw new Rejection(code, inRestoreWords(message));
    throw new Rejection(
      code,
      "The subscription may have subscribers: say preserveCurrentPrice. True lets them keep what they pay, false moves them to the old price.",
      "preserveCurrentPrice",
    );
  }
}
