import type { LaidPrice } from "./lay.ts";
import type { SubscriptionWrite } from "./model.ts";
import { samePrice, type Timeline } from "./timeline.ts";

/** The writes that make one territory's prices `after` of `before`: what goes first, then what comes, by start. */
export function writesOf(before: Timeline, after: readonly LaidPrice[]): SubscriptionWrite[] {
  const has = (timeline: Timeline, price: Timeline[number]) =>
    timeline.some(({ startDate, point }) => startDate === price.startDate && samePrice(point, price.point));
  const gone = before.flatMap((price): SubscriptionWrite[] => {
    const { id, territory, startDate } = price;
    // Only what has not begun can go; the price of today gives way by itself.
    if (startDate === null || id === undefined || has(after, price)) return [];
    return [{ kind: "delete", territory, startDate, id }];
  });
  const made = after.flatMap((price): SubscriptionWrite[] => {
    const { territory, startDate, point, change } = price;
    if (has(before, price)) return [];
    const preserveCurrentPrice = change?.preserveCurrentPrice;
    return [
      {
        kind: "create",
        territory,
        startDate,
        point,
        ...(preserveCurrentPrice !== undefined && { preserveCurrentPrice }),
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
