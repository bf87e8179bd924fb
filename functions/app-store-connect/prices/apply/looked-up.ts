import { RelayError } from "../../../errors.ts";
import { sameAmount } from "../amounts.ts";
import type { PricedProduct, PriceInterval, PricePoint, PriceSchedule, Territory } from "../model.ts";
import { type PriceReader, readPricePoints } from "../read/index.ts";

/** Apple's code for a price point that the product does not have. */
const unknownPoint = "ENTITY_ERROR.NOT_FOUND";

/** Whether a write was refused because Apple does not know a price point of it: nothing was changed. */
export function isUnknownPoint(thrown: unknown): boolean {
  const refused = thrown instanceof RelayError && thrown.code === "rejected";
  return refused && thrown.upstream?.code?.startsWith(unknownPoint) === true;
}

/**
 * A schedule with price points that are looked up for this product alone, by the amounts of the plan: for a product
 * whose IDs are no longer those that the plan was made with.
 *
 * @throws RelayError `rejected` for an amount that does not stand for exactly one point; others as every read.
 */
export async function lookedUp(
  reader: PriceReader,
  product: PricedProduct,
  { baseTerritory, manual }: PriceSchedule,
): Promise<PriceSchedule> {
  const found = new Map<Territory, readonly PriceInterval[]>();
  for (const [territory, intervals] of manual) {
    const all: PriceInterval[] = [];
    for (const interval of intervals) {
      all.push({ ...interval, point: await pointNow(reader, product, territory, interval.point.price) });
    }
    found.set(territory, all);
  }
  return { baseTerritory, manual: found };
}

/** The price point of an amount of the plan, looked up for this product alone. @throws RelayError as `lookedUp`. */
export async function pointNow(
  reader: PriceReader,
  product: PricedProduct,
  territory: Territory,
  price: string,
): Promise<PricePoint> {
  const points = await readPricePoints(reader, product, territory, undefined, { own: true });
  const same = points.filter((point) => sameAmount(point.price, price));
  const [only] = same;
  if (only && same.length === 1) return only;
  throw new RelayError("rejected", {
    message: `Apple has changed the IDs of the prices since the plan was made, and ${
      only ? `several prices of ${price} are there` : `there is no price of ${price}`
    } in ${territory} now.`,
    hint: "Make a new plan for it.",
  });
}
