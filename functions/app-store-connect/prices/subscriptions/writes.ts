import type { LaidPrice } from "./lay.ts";
import type { SubscriptionWrite } from "./model.ts";
import { samePrice, type Timeline } from "./timeline.ts";

/** Whether a timeline has a price from that day on. */
export function isIn(timeline: Timeline, { startDate, point }: Timeline[number]): boolean {
  return timeline.some((price) => price.startDate === startDate && samePrice(price.point, point));
}

/**
 * The writes that make one territory's prices `after` of `before`: what goes first, then what comes, by start.
 *
 * @param renews whether a price is to be set again though it is there: its choice about subscribers cannot be changed.
 */
export function writesOf(
  before: Timeline,
  after: readonly LaidPrice[],
  renews: (price: LaidPrice) => boolean,
): SubscriptionWrite[] {
  const stays = after.filter((price) => isIn(before, price) && !renews(price));
  const gone = before.flatMap((price): SubscriptionWrite[] => {
    const { id, territory, startDate } = price;
    // Only what has not begun can go; the price of today gives way by itself.
    if (startDate === null || id === undefined || isIn(stays, price)) return [];
    return [{ kind: "delete", territory, startDate, id }];
  });
  const made = after.flatMap((price): SubscriptionWrite[] => {
    const { territory, startDate, point, change } = price;
    if (isIn(stays, price)) return [];
    const preserveCurrentPrice = change?.preserveCurrentPrice;
    return [
      {
        kind: "create",
        territory,
        startDate,
        point,
        ...(preserveCurrentPrice !== undefined && { preserveCurrentPrice }),
        ...(isIn(before, price) && { again: true }),
      },
    ];
  });
  return [...gone, ...made];
}

/** The prices of a subscription that has none, as one write; whatever starts later follows. */
export function firstWrites(writes: readonly SubscriptionWrite[]): SubscriptionWrite[] {
  const isFirst = (write: SubscriptionWrite) => write.kind === "create" && write.startDate === null;
  const prices = writes.flatMap((write) =>
    write.kind === "create" && isFirst(write) ? [{ territory: write.territory, point: write.point }] : [],
  );
  if (prices.length === 0) return [...writes];
  return [{ kind: "first", prices }, ...writes.filter((write) => !isFirst(write))];
}
