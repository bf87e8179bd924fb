/** Short words for prices of subscriptions, so that a table of them can be read. */
import type {
  Day,
  PriceChange,
  PricePoint,
  Territory,
} from "../../../../functions/app-store-connect/prices/model.ts";
import type { SubscriptionPrice } from "../../../../functions/app-store-connect/prices/read/index.ts";
import {
  planSubscription,
  type SubscriptionPlanFacts,
  type SubscriptionWrite,
} from "../../../../functions/app-store-connect/prices/subscriptions/index.ts";

export const today = "2026-03-10";
export const tomorrow = "2026-03-11";

export const territories = ["DEU", "JPN", "USA"];

export function point(territory: Territory, price: string): PricePoint {
  return { id: `${territory}-${price}`, price };
}

/** A price as it was read: `price("USA 4.99 2026-03-20")`, without a day since ever. */
export function price(text: string, more: Partial<SubscriptionPrice> = {}): SubscriptionPrice {
  const [territory = "", amount = "", startDate = null] = text.split(" ");
  return {
    id: `price ${text}`,
    territory,
    startDate,
    preserved: false,
    point: point(territory, amount),
    ...more,
  };
}

/** `set("USA 4.99 2026-03-20")`, without a day from now on; `* 4.99` names the price in USA. Subscribers keep theirs. */
export function set(text: string, more: Partial<PriceChange> = {}): Omit<PriceChange, "index"> {
  const [territory = "", amount = "", startDate = null] = text.split(" ");
  const named = point(territory === "*" ? "USA" : territory, amount);
  const change = { action: "set", territory, point: named, startDate, endDate: null } as const;
  return { ...change, preserveCurrentPrice: true, ...more };
}

/** A change without the choice about present subscribers. */
export function undecided(change: Omit<PriceChange, "index">): Omit<PriceChange, "index"> {
  const { preserveCurrentPrice: _choice, ...rest } = change;
  return rest;
}

/** A change that names no territory. */
export function nowhere(change: Omit<PriceChange, "index">): Omit<PriceChange, "index"> {
  const { territory: _territory, ...rest } = change;
  return rest;
}

export function cancel(territory: Territory | "*"): Omit<PriceChange, "index"> {
  return { action: "cancel", territory, startDate: null, endDate: null };
}

/** Apple's equal price: the same number, without its cents in Japan. */
export function equalized({ price }: PricePoint, territory: Territory): PricePoint {
  return point(territory, territory === "JPN" ? price.replace(/\..*/, "") : price);
}

export function plan(
  prices: readonly SubscriptionPrice[],
  changes: readonly Omit<PriceChange, "index">[],
  more: Partial<SubscriptionPlanFacts> = {},
) {
  return planSubscription({
    prices,
    state: "APPROVED",
    changes: changes.map((change, index) => ({ ...change, index })),
    today,
    equalize: equalized,
    territories,
    ...more,
  });
}

/** The same where it has to succeed. */
export function planned(...facts: Parameters<typeof plan>) {
  const result = plan(...facts);
  if (result.kind !== "planned") throw new Error(`It is ${JSON.stringify(result)}.`);
  return result;
}

/** Writes in short: `- USA 2026-03-20`, `+ USA 4.99 2026-03-20 keep`, `first DEU 4.99, USA 4.99`. */
export function inShort(writes: readonly SubscriptionWrite[]): string[] {
  return writes.map((write) => {
    if (write.kind === "delete") return `- ${write.territory} ${write.startDate}`;
    if (write.kind === "first") {
      return `first ${write.prices.map(({ territory, point }) => `${territory} ${point.price}`).join(", ")}`;
    }
    const { territory, startDate, point, preserveCurrentPrice } = write;
    const keep = preserveCurrentPrice === undefined ? "" : preserveCurrentPrice ? " keep" : " move";
    return `+ ${territory} ${point.price} ${startDate ?? "now"}${keep}`;
  });
}

/** Prices in short: `USA 4.99`, `USA 5.99 2026-03-20`. */
export function rows(
  prices: readonly { territory: Territory; startDate: Day | null; point: PricePoint }[],
): string[] {
  return prices.map(({ territory, startDate, point }) =>
    [territory, point.price, ...(startDate === null ? [] : [startDate])].join(" "),
  );
}
