import type { ItemError } from "../../../jobs/item.ts";
import type { Day, PriceChange, PricePoint, PriceWarning, Territory } from "../model.ts";
import type { SubscriptionPrice } from "../read/subscription-prices.ts";
import { addDays } from "../timeline/days.ts";
import { checkChanges, notEqualized, startsTooLate, unclear } from "./check.ts";
import { type Asked, type LaidPrice, lay } from "./lay.ts";
import { mayHaveSubscribers, type PlannedSubscription, type SubscriptionWrite } from "./model.ts";
import { referenceTerritory } from "./reference.ts";
import { byTerritory, forNewSubscribers, listed } from "./timeline.ts";
import { warningsOf } from "./warnings.ts";
import { firstWrites, writesOf } from "./writes.ts";

/**
 * The price of a territory that Apple holds equal to another one's: null where there is none, undefined when it was not
 * read yet. Never asked for the territory of `point` itself.
 */
export type EqualizeSubscription = (point: PricePoint, territory: Territory) => PricePoint | null | undefined;

export interface SubscriptionPlanFacts {
  /** Every price of the subscription, as it was read. */
  prices: readonly SubscriptionPrice[];
  /** Apple's word for its state. */
  state: string | undefined;
  /** Changes of this subscription, in the order of the call. A `*` has its point in `referenceTerritory(prices)`. */
  changes: readonly PriceChange[];
  /** The day in US Pacific time. */
  today: Day;
  equalize: EqualizeSubscription;
  /** All territories of the App Store: what `*` stands for, together with those that the subscription has prices in. */
  territories: readonly Territory[];
}

/** A plan, or what has to be read before there can be one, or why there can be none. */
export type SubscriptionPlan =
  | ({ kind: "planned"; warnings: PriceWarning[] } & PlannedSubscription)
  /** Points of the reference territory whose equalizations must be read; then the plan is made again. */
  | { kind: "needs"; equalizations: PricePoint[] }
  | { kind: "rejected"; error: ItemError };

/**
 * Plans price changes of one subscription. Every territory that they do not name keeps its prices.
 *
 * Changes apply in the order given. A price holds from its start until the next start of its territory, so it also takes
 * the place of what was scheduled for later. What is approved takes no price of today: there it starts on the next day.
 * No writes: everything is as asked already.
 */
export function planSubscription(facts: SubscriptionPlanFacts): SubscriptionPlan {
  const { prices, state, changes, today, equalize } = facts;
  const before = forNewSubscribers(prices, today);
  const old = byTerritory(before);
  const isFirst = before.length === 0;
  const live = mayHaveSubscribers(state) && !isFirst;
  const reference = referenceTerritory(prices);
  const everywhere = [...new Set([...facts.territories, ...old.keys()])].sort();
  const timelines = new Map<Territory, readonly LaidPrice[]>(old);
  const territoriesOf = ({ territory, action }: PriceChange): readonly Territory[] => {
    if (territory === undefined) return [];
    if (territory !== "*") return [territory];
    // Also what a change before this one sets.
    return action === "cancel" ? [...timelines.keys()] : everywhere;
  };
  const hasSubscribers = (territory: Territory) => live && old.get(territory)?.[0]?.startDate === null;
  const error =
    unclear(listed(prices)) ?? checkChanges({ changes, territoriesOf, reference, hasSubscribers });
  if (error) return { kind: "rejected", error };

  const tomorrow = addDays(today, 1);
  const startOf = ({ startDate }: PriceChange) =>
    startDate !== null && startDate > today ? startDate : live ? tomorrow : null;
  const asked: Asked[] = [];
  const replaced: { change: PriceChange; price: LaidPrice }[] = [];
  const kept: { change: PriceChange; price: LaidPrice }[] = [];
  const without = new Map<PriceChange, Territory[]>();
  const missing = new Map<string, PricePoint>();

  for (const change of changes) {
    for (const territory of territoriesOf(change)) {
      const one: Asked = { change, territory };
      if (change.action === "set") {
        const named = pointOf(change);
        const isNamed = change.territory !== "*" || territory === reference;
        const point = isNamed ? named : equalize(named, territory);
        if (point === undefined) missing.set(named.id, named);
        if (point === null) without.set(change, [...(without.get(change) ?? []), territory]);
        if (point === undefined || point === null) continue;
        one.set = { startDate: startOf(change), point };
      }
      asked.push(one);
      const laid = lay(timelines.get(territory) ?? [], one);
      timelines.set(territory, laid.timeline);
      replaced.push(...laid.replaced.map((price) => ({ change, price })));
      if (laid.kept) kept.push({ change, price: laid.kept });
    }
  }
  if (missing.size > 0) return { kind: "needs", equalizations: [...missing.values()] };

  for (const [change, territories] of without) {
    const sold = territories.filter((territory) => old.has(territory));
    if (sold.length > 0) return { kind: "rejected", error: notEqualized(change, sold) };
  }
  const late = isFirst ? [...timelines.values()].flatMap(([first]) => lateOf(first)) : [];
  const tooLate = startsTooLate([...new Set(late)]);
  if (tooLate) return { kind: "rejected", error: tooLate };

  // Who cancels what is scheduled and sets it again means the choice that comes with it. A restore, all of whose wishes
  // are one change, only means the prices.
  const renews = ({ territory, startDate, change }: LaidPrice) =>
    startDate !== null &&
    change?.preserveCurrentPrice !== undefined &&
    asked.some((one) => one.territory === territory && !one.set && one.change.index < change.index);
  const after = [...timelines.values()].flat();
  const touched = [...new Set(asked.map(({ territory }) => territory))].sort();
  const writes = touched.flatMap((territory): SubscriptionWrite[] =>
    writesOf(old.get(territory) ?? [], timelines.get(territory) ?? [], renews),
  );
  return {
    kind: "planned",
    before,
    writes: isFirst ? firstWrites(writes) : writes,
    after: [...byTerritory(after).values()].flat().map(withoutChange),
    warnings: warningsOf({
      prices,
      old,
      timelines,
      asked,
      replaced,
      kept,
      renews,
      without,
      live,
      today,
      tomorrow,
    }),
  };
}

function lateOf(first: LaidPrice | undefined): PriceChange[] {
  return first?.change && first.startDate !== null ? [first.change] : [];
}

function withoutChange({ change: _change, ...price }: LaidPrice) {
  return price;
}

function pointOf({ index, point }: PriceChange): PricePoint {
  if (point === undefined) throw new TypeError(`changes[${index}] sets a price and has none.`);
  return point;
}
