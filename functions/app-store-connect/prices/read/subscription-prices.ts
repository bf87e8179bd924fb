import { path } from "../../../upstream/path.ts";
import type { Day, PricedProduct, PricePoint, Territory } from "../model.ts";
import { type PriceReader, unusable } from "./reader.ts";
import { dayOf, pointOf, relatedId, territoryOf, textOf } from "./resources.ts";
import { byStart } from "./schedule.ts";

/** A price of a subscription in one territory: it holds until the next one starts. */
export interface SubscriptionPrice {
  /** Apple's ID of the price itself. */
  id: string;
  territory: Territory;
  /** First day; null: since ever. */
  startDate: Day | null;
  /** Kept for those who subscribed at it; new subscribers pay another. */
  preserved: boolean;
  /** Apple's own word where a subscription has several plans, such as `MONTHLY` or `UPFRONT`. */
  planType?: string;
  point: PricePoint;
}

/**
 * Every price of a subscription in every territory: those in force, preserved and scheduled ones, sorted by start.
 * With `territory`, those of one.
 *
 * @throws RelayError as every read; `bad_upstream_response` for a list that is not complete.
 */
export async function readSubscriptionPrices(
  { connect }: PriceReader,
  product: PricedProduct,
  territory?: Territory,
): Promise<SubscriptionPrice[]> {
  const { data, included } = await connect.whole(path`/v1/subscriptions/${product.id}/prices`, {
    "filter[territory]": territory,
    include: "subscriptionPricePoint,territory",
    "fields[subscriptionPrices]": "startDate,preserved,planType,subscriptionPricePoint,territory",
    "fields[subscriptionPricePoints]": "customerPrice",
    "fields[territories]": "currency",
  });
  const points = new Map(
    included.flatMap((item) => (item.type === "subscriptionPricePoints" ? [[item.id, item] as const] : [])),
  );
  const prices = data.map((price): SubscriptionPrice => {
    const point = points.get(relatedId(price, "subscriptionPricePoint") ?? "");
    if (!point) throw unusable("A price has no price point.");
    const planType = textOf(price, "planType");
    return {
      id: price.id,
      territory: territoryOf(price),
      startDate: dayOf(price, "startDate"),
      preserved: price.attributes?.preserved === true,
      ...(planType !== undefined && { planType }),
      point: pointOf(point),
    };
  });
  return prices.filter((price) => territory === undefined || price.territory === territory).sort(byStart);
}
