import type { PricedProduct } from "../model.ts";
import { isScheduled, type PriceReader, readCurrencies } from "../read/index.ts";
import type { CheckedChange } from "./check-changes.ts";
import { type Planning, planSchedule } from "./plan-schedule.ts";
import { planSubscriptionChanges } from "./plan-subscription.ts";
import { rejectionOf } from "./rejection.ts";
import {
  namesOf,
  type StoredPlan,
  toPrices,
  toRejectedPlan,
  toStoredPlan,
  toSubscriptionPrices,
} from "./stored-plan.ts";

/**
 * Plans the changes of one product.
 *
 * @throws RelayError for what is wrong with the service; what is wrong with the product stands in its plan.
 */
export async function planProduct(
  reader: PriceReader,
  product: PricedProduct,
  changes: readonly CheckedChange[],
  planning: Planning,
): Promise<StoredPlan> {
  const places = changes.map(({ index }) => index);
  try {
    return isScheduled(product)
      ? await scheduled(reader, product, changes, planning)
      : await subscribed(reader, product, changes, planning);
  } catch (thrown) {
    const { field, message, ...error } = rejectionOf(thrown);
    return toRejectedPlan(
      namesOf(product),
      places,
      {
        ...error,
        message: inTheirPlaces(message, changes),
        ...(field !== undefined && { field: inTheirPlaces(field, changes) }),
      },
      product,
    );
  }
}

async function scheduled(
  reader: PriceReader,
  product: PricedProduct,
  changes: readonly CheckedChange[],
  planning: Planning,
): Promise<StoredPlan> {
  const currencies = await readCurrencies(reader);
  const { before, after, rows, warnings, changed } = await planSchedule(reader, product, changes, planning);
  return toStoredPlan(
    product,
    changes.map(({ index }) => index),
    {
      rows,
      changed,
      warnings: worded(warnings, changes),
      baseTerritory: after.baseTerritory,
      before: toPrices(before, currencies),
      after: toPrices(after, currencies),
    },
    currencies,
  );
}

async function subscribed(
  reader: PriceReader,
  product: PricedProduct,
  changes: readonly CheckedChange[],
  planning: Planning,
): Promise<StoredPlan> {
  const currencies = await readCurrencies(reader);
  const made = await planSubscriptionChanges(reader, product, changes, planning);
  const { planned, rows, warnings, changed } = made;
  const stored = toStoredPlan(
    product,
    changes.map(({ index }) => index),
    {
      rows,
      changed,
      warnings: worded(warnings, changes),
      before: toSubscriptionPrices(planned.before, currencies),
      after: toSubscriptionPrices(planned.after, currencies),
    },
    currencies,
  );
  return { ...stored, subscription: planned };
}

function worded<Warning extends { message: string }>(
  warnings: readonly Warning[],
  changes: readonly CheckedChange[],
): Warning[] {
  return warnings.map((warning) => ({ ...warning, message: inTheirPlaces(warning.message, changes) }));
}

/** A text that names changes as `changes[3]`, with the places that their sender knows: those of a file, or of the call. */
function inTheirPlaces(text: string, changes: readonly CheckedChange[]): string {
  return text.replace(/changes\[(\d+)\]([.]?)/g, (whole, index: string, dot: string) => {
    const place = changes.find((change) => change.index === Number(index))?.place;
    if (place === undefined) return whole;
    // With a field the place goes on to it, alone it is cut to itself. The only change of a call needs no name.
    return dot === "" ? place.replace(/(\.|, )$/, "") || "the change" : place;
  });
}
