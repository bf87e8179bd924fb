/** Random subscriptions and changes, and a naive reading of what the changes mean, day by day. */
import fc from "fast-check";
import type { Day, PriceChange, Territory } from "../../../../functions/app-store-connect/prices/model.ts";
import type { SubscriptionPrice } from "../../../../functions/app-store-connect/prices/read/index.ts";
import type {
  StartingPrice,
  SubscriptionWrite,
} from "../../../../functions/app-store-connect/prices/subscriptions/index.ts";
import { addDays } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { equalized, point, territories, today } from "./support.ts";

/** Days that are looked at, today first. */
export const days: readonly Day[] = Array.from({ length: 12 }, (_, place) => addDays(today, place));

export interface World {
  prices: readonly SubscriptionPrice[];
  state: "APPROVED" | "READY_TO_SUBMIT";
  changes: readonly PriceChange[];
}

/** Few amounts, so that the same one comes again often. */
const amounts = fc.constantFrom("1", "2", "3", "4");
const starts = fc.constantFrom(...[-3, -1, ...days.keys()].map((place) => addDays(today, place)));
const place = fc.constantFrom(...territories);

const timeline = (territory: Territory): fc.Arbitrary<SubscriptionPrice[]> =>
  fc
    .tuple(
      fc.option(amounts),
      fc.uniqueArray(fc.tuple(starts, amounts), { maxLength: 4, selector: ([start]) => start }),
    )
    .map(([current, later]) =>
      // A territory has a price now, or none at all.
      (current === null ? [] : [[null, current] as const, ...later]).map(([startDate, amount]) => ({
        id: `${territory} ${startDate}`,
        territory,
        startDate,
        preserved: false,
        point: point(territory, amount),
      })),
    );

const change: fc.Arbitrary<Omit<PriceChange, "index">> = fc
  .record({
    action: fc.constantFrom("set" as const, "set" as const, "set" as const, "cancel" as const),
    territory: fc.oneof(place, fc.constant("*" as const)),
    amount: amounts,
    startDate: fc.option(starts),
    preserveCurrentPrice: fc.boolean(),
  })
  .map(({ action, territory, amount, startDate, preserveCurrentPrice }) =>
    action === "cancel"
      ? { action, territory, startDate: null, endDate: null }
      : {
          action,
          territory,
          point: point(territory === "*" ? "USA" : territory, amount),
          startDate,
          endDate: null,
          preserveCurrentPrice,
        },
  );

export const worlds: fc.Arbitrary<World> = fc.record({
  // USA has a price, so that it is known what a price for all territories is named in.
  prices: fc
    .tuple(...territories.map(timeline))
    .map((lists) => lists.flat())
    .filter((prices) => prices.some(({ territory }) => territory === "USA")),
  state: fc.constantFrom("APPROVED" as const, "READY_TO_SUBMIT" as const),
  changes: fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) => changes.map((one, index) => ({ ...one, index }))),
});

/** What a territory costs on each day; undefined before its first price. */
export type Costs = (string | undefined)[];

/** What prices say of a territory, day by day. */
export function costsOf(prices: readonly StartingPrice[], territory: Territory): Costs {
  const own = prices.filter((price) => price.territory === territory);
  return days.map((day) => {
    const begun = own.filter(({ startDate }) => startDate === null || startDate <= day);
    return begun.toSorted((a, b) => ((a.startDate ?? "") < (b.startDate ?? "") ? -1 : 1)).at(-1)?.point.price;
  });
}

/** What the changes ask for, one after the other, day by day. */
export function expected({ prices, state, changes }: World, territory: Territory): Costs {
  const first = state === "APPROVED" ? 1 : 0;
  return changes.reduce(
    (costs, { action, territory: named, point: asked, startDate }) => {
      if (named !== territory && named !== "*") return costs;
      if (action === "cancel") return costs.map(() => costs[0]);
      const from = Math.max(first, startDate === null ? 0 : days.indexOf(startDate));
      const amount = named === "*" && asked ? equalized(asked, territory).price : asked?.price;
      return costs.map((cost, day) => (day < from ? cost : amount));
    },
    costsOf(prices, territory),
  );
}

/** Prices after a write, as Apple would show them, with an error where it would refuse it. */
export function carryOut(prices: readonly StartingPrice[], write: SubscriptionWrite): StartingPrice[] {
  if (write.kind === "first") throw new Error("It has prices already.");
  const { territory, startDate } = write;
  const isThere = (price: StartingPrice) => price.territory === territory && price.startDate === startDate;
  if (write.kind === "delete") {
    const found = prices.find(({ id }) => id === write.id);
    if (!found || !isThere(found)) throw new Error("There is no such price.");
    return prices.filter((price) => price !== found);
  }
  if (startDate !== null && prices.some(isThere)) throw new Error("That day has a price already.");
  const before = prices
    .filter((price) => price.territory === territory && (price.startDate ?? "") <= (startDate ?? ""))
    .toSorted((a, b) => ((a.startDate ?? "") < (b.startDate ?? "") ? -1 : 1))
    .at(-1);
  if (before?.point.price === write.point.price) throw new Error("It is the same price again.");
  return [...prices.filter((price) => !isThere(price)), { territory, startDate, point: write.point }];
}
