import { isAbove } from "../amounts.ts";
import type { Day, PriceChange, PriceWarning, Territory } from "../model.ts";
import type { SubscriptionPrice } from "../read/subscription-prices.ts";
import { daysInWords, listed, placeOf } from "../timeline/words.ts";
import { contradictions } from "./contradictions.ts";
import type { Asked, LaidPrice } from "./lay.ts";
import type { Timeline } from "./timeline.ts";
import { isIn } from "./writes.ts";

/** What a plan knows when everything is laid. */
export interface WarningFacts {
  prices: readonly SubscriptionPrice[];
  /** What was there, by territory. */
  old: ReadonlyMap<Territory, Timeline>;
  /** What will be there. */
  timelines: ReadonlyMap<Territory, readonly LaidPrice[]>;
  asked: readonly Asked[];
  /** Prices that gave way, with the change that they gave way to. */
  replaced: readonly { change: PriceChange; price: LaidPrice }[];
  /** Prices that were scheduled already as a change asks for. */
  kept: readonly { change: PriceChange; price: LaidPrice }[];
  /** Whether a price is set again though it is there. */
  renews(price: LaidPrice): boolean;
  /** Territories that a change for all leaves out, since Apple equalizes no price there. */
  without: ReadonlyMap<PriceChange, readonly Territory[]>;
  /** It may have subscribers. */
  live: boolean;
  today: Day;
  tomorrow: Day;
}

/** Everything that a maker should know before such a plan is applied. One warning a matter, however many territories. */
export function warningsOf(facts: WarningFacts): PriceWarning[] {
  return [
    ...contradictions(facts.asked),
    ...startsTomorrow(facts),
    ...raises(facts),
    ...scheduledReplaced(facts),
    ...choices(facts),
    ...saleBecomesPermanent(facts),
    ...leftOut(facts),
    ...otherPlans(facts),
  ];
}

/** That what is approved takes no price of today. */
function startsTomorrow({ timelines, live, today, tomorrow }: WarningFacts): PriceWarning[] {
  if (!live) return [];
  const moved = [...timelines.values()].flat().flatMap(({ change }) => {
    const { startDate = null } = change ?? {};
    return change && (startDate === null || startDate <= today) ? [change] : [];
  });
  return about("starts_tomorrow", moved, [], (changes) => {
    const start = changes.includes(" and ") ? "start" : "starts";
    return `Prices of an approved subscription change on the next day at the earliest: ${changes} ${start} on ${tomorrow}.`;
  });
}

/** Raises: those that present subscribers may have to consent to, and those that end a lower price. */
function raises({ timelines, live }: WarningFacts): PriceWarning[] {
  if (!live) return [];
  const all: LaidPrice[] = [];
  const returns: LaidPrice[] = [];
  for (const timeline of timelines.values()) {
    for (const [place, price] of timeline.entries()) {
      const before = timeline[place - 1];
      if (!price.change || !before || !isAbove(price.point.price, before.point.price)) continue;
      if (price.change.preserveCurrentPrice !== true) all.push(price);
      const beforeThat = timeline[place - 2];
      if (before.change && beforeThat && isAbove(beforeThat.point.price, before.point.price)) {
        returns.push(price);
      }
    }
  }
  return [
    ...aboutPrices("consent_may_be_needed", all, (changes, where) => {
      const raise = `${changes} raises the price in ${where} for present subscribers too.`;
      return `${raise} Where Apple asks for their consent, subscriptions of those who do not give it expire.`;
    }),
    ...aboutPrices("return_is_a_raise", returns, (changes, where) => {
      const raise = `${changes} ends a lower price in ${where}, which is a raise for those who subscribe at it.`;
      return `${raise} An introductory, promotional or win-back offer is the better tool for a sale.`;
    }),
  ];
}

/** That a price without end takes the place of what was scheduled. */
function scheduledReplaced({ replaced, timelines }: WarningFacts): PriceWarning[] {
  const gone = replaced.filter(
    ({ change, price }) =>
      change.action === "set" && !price.change && !isIn(timelines.get(price.territory) ?? [], price),
  );
  const [first, ...more] = gone.map(({ price }) => price);
  const what =
    first && more.length === 0
      ? `the price ${first.point.price} scheduled ${daysInWords(first.startDate, null)}`
      : "what was scheduled";
  const laid = gone.map(({ change, price }) => ({ ...price, change }));
  return aboutPrices("scheduled_replaced", laid, (changes, where) => {
    return `${changes} sets a price without end, so ${what} in ${where} is removed.`;
  });
}

/** What becomes of the choice about present subscribers where a price is scheduled already. */
function choices({ old, timelines, kept, renews }: WarningFacts): PriceWarning[] {
  const there = [...timelines.values()]
    .flat()
    .filter((price) => price.startDate !== null && isIn(old.get(price.territory) ?? [], price));
  const stays = there.filter((price) => !renews(price));
  const asked = kept.flatMap(({ change, price }) => {
    const own = stays.filter(({ territory }) => territory === price.territory);
    return isIn(own, price) ? [{ ...price, change }] : [];
  });
  const chosen = [...asked, ...stays].filter(({ change }) => change?.preserveCurrentPrice !== undefined);
  return [
    ...aboutPrices("preserve_choice_kept", chosen, (changes, where) => {
      const stay = `${changes} asks for a price that is scheduled already in ${where}: it stays, with the choice about present subscribers that it was set with.`;
      return `${stay} Apple does not tell that choice. A cancel before the change removes the price and sets it again, with the choice of the change.`;
    }),
    ...aboutPrices("preserve_choice_replaced", there.filter(renews), (changes, where) => {
      return `${changes} sets a price again that is scheduled in ${where}, since a cancel stands before it: the choice about present subscribers is the new one.`;
    }),
  ];
}

/** That a cancel keeps a lower price which was to end. */
function saleBecomesPermanent({ asked, old, timelines }: WarningFacts): PriceWarning[] {
  const kept = asked.flatMap(({ change, territory, set }): LaidPrice[] => {
    const [now, next] = old.get(territory) ?? [];
    const ends = now && next && isAbove(next.point.price, now.point.price);
    const stays = timelines.get(territory)?.length === 1;
    return set === undefined && ends && stays ? [{ ...now, change }] : [];
  });
  return aboutPrices("sale_becomes_permanent", kept, (changes, where) => {
    return `${changes} cancels the return to a higher price in ${where}, so that today's price becomes permanent.`;
  });
}

/** That Apple has no equal price in a territory which the subscription is not sold in. */
function leftOut({ without }: WarningFacts): PriceWarning[] {
  return [...without].flatMap(([change, territories]) =>
    about("territory_left_out", [change], territories, (changes) => {
      return `Apple names no price equal to that of ${changes} in ${several(territories)}, where the subscription has none: nothing is set there.`;
    }),
  );
}

/** That prices of a yearly commitment stay as they are. */
function otherPlans({ prices, asked }: WarningFacts): PriceWarning[] {
  const touched = new Set(asked.map(({ territory }) => territory));
  const others = prices.filter(({ planType, territory }) => planType === "MONTHLY" && touched.has(territory));
  if (others.length === 0) return [];
  const changes = [...new Set(asked.map(({ change }) => change))];
  return about("monthly_plan_untouched", changes, [], () => {
    return "The subscription also has prices of the billing plan MONTHLY. These stay as they are.";
  });
}

function aboutPrices(
  code: string,
  prices: readonly LaidPrice[],
  sentence: (changes: string, territories: string) => string,
): PriceWarning[] {
  const territories = [...new Set(prices.map(({ territory }) => territory))];
  const changes = prices.flatMap(({ change }) => change ?? []);
  return about(code, changes, territories, (names) => sentence(names, several(territories)));
}

/** One warning about all of `changes`, or none where there are none. */
function about(
  code: string,
  changes: readonly PriceChange[],
  territories: readonly Territory[],
  sentence: (changes: string) => string,
): PriceWarning[] {
  const once = [...new Set(changes)].sort((a, b) => a.index - b.index);
  if (once.length === 0) return [];
  const [territory, ...more] = territories;
  return [
    {
      code,
      // All wishes of a restore have one place.
      message: sentence(listed([...new Set(once.map(placeOf))])),
      changes: [...new Set(once.map(({ index }) => index))],
      ...(territory !== undefined && more.length === 0 && { territory }),
    },
  ];
}

/** Names in a sentence: a few of them, or how many there are. */
const maxNamed = 5;

/** `DEU and FRA`, or `174 territories (ABW, AFG, AGO and so on)`. */
export function several(names: readonly string[], what = "territories"): string {
  if (names.length <= maxNamed) return listed(names);
  return `${names.length} ${what} (${names.slice(0, 3).join(", ")} and so on)`;
}
