import type {
  Day,
  PricedProduct,
  PriceInterval,
  PricePoint,
  PriceSchedule,
  PriceWarning,
  PriceChange as ResolvedChange,
  Territory,
} from "../model.ts";
import {
  type PriceReader,
  readCurrencies,
  readEqualizations,
  readPricePoints,
  readSubscriptionPrices,
  type SubscriptionPrice,
} from "../read/index.ts";
import {
  type PlannedSubscription,
  planSubscription,
  referenceTerritory,
  type StartingPrice,
} from "../subscriptions/index.ts";
import { compareSchedules, type PriceRow } from "../timeline/index.ts";
import type { CheckedChange } from "./check-changes.ts";
import { findPoint } from "./find-point.ts";
import { guardPercent } from "./guard.ts";
import type { Planning } from "./plan-schedule.ts";
import { Rejection } from "./rejection.ts";
import { withEnds } from "./with-ends.ts";

/** What a plan does with a subscription. */
export interface PlannedSubscriptionPrices {
  planned: PlannedSubscription;
  rows: readonly PriceRow[];
  warnings: readonly PriceWarning[];
  changed: boolean;
}

/**
 * Plans the changes of one subscription: reads its prices in every territory, finds the price points of the amounts.
 *
 * @throws Rejection for what is wrong with this product; RelayError for what is wrong with the service.
 */
export async function planSubscriptionChanges(
  reader: PriceReader,
  product: PricedProduct,
  changes: readonly CheckedChange[],
  planning: Planning,
): Promise<PlannedSubscriptionPrices> {
  const prices = await readSubscriptionPrices(reader, product);
  const currencies = await readCurrencies(reader);
  const resolved: ResolvedChange[] = [];
  let checked = false;
  for (const change of changes) {
    const {
      place: _place,
      app: _app,
      product: _product,
      price: _price,
      currency: _currency,
      ...rest
    } = change;
    const where = change.territory === "*" ? referenceTerritory(prices) : change.territory;
    const stated = where === undefined ? [] : pointsIn(prices, where);
    const isSet = where !== undefined && change.action === "set" && currencies.has(where);
    if (isSet && stated.length === 0 && !checked) {
      await checkCodes(reader, product, prices, where);
      checked = true;
    }
    // Without a territory the plan itself says what is missing.
    const point =
      where === undefined
        ? undefined
        : await findPoint(reader, product, change, {
            territory: where,
            stated,
            rounding: planning.rounding,
          });
    resolved.push({ ...rest, ...(point && { point }) });
  }
  const made = await planPoints(reader, product, { prices, changes: resolved, today: planning.today });
  const large = guardPercent(made.rows, planning.maxChangePercent, `${changes[0]?.place ?? ""}price`);
  return { ...made, warnings: [...made.warnings, ...large] };
}

function pointsIn(prices: readonly SubscriptionPrice[], territory: Territory): PricePoint[] {
  return prices.flatMap((price) => (price.territory === territory ? [price.point] : []));
}

/**
 * Has the reader notice where a subscription has other codes than those of others, for a territory in which Apple states
 * no price of it: by its prices in another one. Without any price its own price points tell, which are looked up once.
 */
async function checkCodes(
  reader: PriceReader,
  product: PricedProduct,
  prices: readonly SubscriptionPrice[],
  asked: Territory,
): Promise<void> {
  const [priced] = prices;
  const where = priced === undefined ? asked : (referenceTerritory(prices) ?? priced.territory);
  const stated =
    priced === undefined
      ? await readPricePoints(reader, product, where, undefined, { own: true })
      : pointsIn(prices, where);
  await readPricePoints(reader, product, where, stated);
}

/** Rounds of reading and planning: each brings the prices whose equalizations the one before found missing. */
const maxRounds = 10;

/**
 * The same for changes that nobody wrote, whose price points are known: those of a restore. Texts name it, and no change.
 *
 * @throws Rejection, its field as the restore has it.
 */
export async function planResolved(
  reader: PriceReader,
  product: PricedProduct,
  facts: PointFacts,
): Promise<PlannedSubscriptionPrices> {
  try {
    const made = await planPoints(reader, product, facts);
    return {
      ...made,
      warnings: made.warnings.map((warning) => ({ ...warning, message: ofRestore(warning.message) })),
    };
  } catch (thrown) {
    if (!(thrown instanceof Rejection)) throw thrown;
    const { code, message, field } = thrown.problem;
    throw new Rejection(code, ofRestore(message), field && ofRestore(field));
  }
}

function ofRestore(text: string): string {
  return text
    .replace(/changes\[\d+\]\./g, "")
    .replace(/^changes\[\d+\]/, "The restore")
    .replace(/changes\[\d+\]/g, "the restore");
}

interface PointFacts {
  prices: readonly SubscriptionPrice[];
  changes: readonly ResolvedChange[];
  today: Day;
}

/** @throws Rejection, its field as `changes[3].price`. */
async function planPoints(
  reader: PriceReader,
  product: PricedProduct,
  facts: PointFacts,
): Promise<PlannedSubscriptionPrices> {
  const territories = [...(await readCurrencies(reader)).keys()];
  const known = new Map<string, ReadonlyMap<Territory, PricePoint>>();
  const equalize = ({ id }: PricePoint, territory: Territory) => {
    const all = known.get(id);
    return all && (all.get(territory) ?? null);
  };
  for (let round = 0; round < maxRounds; round += 1) {
    const plan = planSubscription({ ...facts, state: product.state, equalize, territories });
    if (plan.kind === "rejected") {
      const { code, message, hint, details } = plan.error;
      throw new Rejection(code, hint === undefined ? message : `${message} ${hint}`, details?.[0]?.field);
    }
    if (plan.kind === "planned") {
      const { before, after, writes, warnings } = plan;
      return {
        planned: { before, after, writes },
        rows: rowsOf(before, after, facts.today),
        warnings,
        changed: writes.length > 0,
      };
    }
    for (const point of plan.equalizations) {
      // Its own: nothing tells whether the codes of every territory are those of others, and the writes are many more.
      known.set(point.id, await readEqualizations(reader, product, point, { own: true }));
    }
  }
  throw new Error("The plan goes on asking for equalizations.");
}

function rowsOf(before: readonly StartingPrice[], after: readonly StartingPrice[], today: Day): PriceRow[] {
  const rows = compareSchedules({
    before: asSchedule(before),
    after: asSchedule(after),
    today,
    equalize: () => undefined,
  });
  return rows.filter((row) => row.before !== row.after);
}

/** Nothing follows a base here: each price holds until the next one of its territory. */
function asSchedule(prices: readonly StartingPrice[]): PriceSchedule {
  const manual = new Map<Territory, PriceInterval[]>();
  for (const price of withEnds(prices)) {
    const intervals = manual.get(price.territory);
    if (intervals) intervals.push(price);
    else manual.set(price.territory, [price]);
  }
  return { baseTerritory: "", manual };
}
