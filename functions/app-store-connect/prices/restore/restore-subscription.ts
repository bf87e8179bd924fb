import type { Day, PriceChange, PricedProduct, PriceWarning, Territory } from "../model.ts";
import { planResolved } from "../plan/plan-subscription.ts";
import { type StoredPlan, toStoredPlan, toSubscriptionPrices } from "../plan/stored-plan.ts";
import { type PriceReader, readCurrencies, readSubscriptionPrices } from "../read/index.ts";
import { forNewSubscribers, type PlannedSubscription, type StartingPrice } from "../subscriptions/index.ts";
import type { RestoreInput } from "./restore-job.ts";

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
  const changes = [...written].flatMap((territory) =>
    changesTo(
      made.before.filter((price) => price.territory === territory),
      { index, territory, today },
    ),
  );
  const choice = preserveCurrentPrice === undefined ? {} : { preserveCurrentPrice };
  const { planned, rows, warnings, changed } = await planResolved(reader, product, {
    prices,
    today,
    changes: changes.map((change) => ({ ...change, ...(change.action === "set" && choice) })),
  });
  const present = forNewSubscribers(prices, today);
  const stored = toStoredPlan(
    product,
    [index],
    {
      rows,
      changed,
      before: toSubscriptionPrices(planned.before, currencies),
      after: toSubscriptionPrices(planned.after, currencies),
      warnings: [...changedSince(made, present, written), ...warnings],
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
  written: ReadonlySet<Territory>,
): PriceWarning[] {
  const inWords = (prices: readonly StartingPrice[], territory: Territory) =>
    prices
      .filter((price) => price.territory === territory)
      .map(({ startDate, point }) => `${point.price} from ${startDate ?? "before"}`)
      .join(", ") || "no price";
  const changes = [...written].flatMap((territory) => {
    // By what is scheduled and in force: a start that has passed since is no change.
    const [was, is] = [lastOf(made.after, territory), lastOf(present, territory)];
    return was === is
      ? []
      : [`${territory}: ${inWords(made.after, territory)} became ${inWords(present, territory)}`];
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

function lastOf(prices: readonly StartingPrice[], territory: Territory): string | undefined {
  return prices.filter((price) => price.territory === territory).at(-1)?.point.price;
}
