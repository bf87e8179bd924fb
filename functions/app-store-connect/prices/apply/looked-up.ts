import { RelayError } from "../../../errors.ts";
import { sameAmount } from "../amounts.ts";
import type { PricedProduct, PriceInterval, PricePoint, PriceSchedule, Territory } from "../model.ts";
import { type PriceReader, readPricePoints } from "../read/index.ts";

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
    const points = await readPricePoints(reader, product, territory, undefined, { own: true });
    found.set(
      territory,
      intervals.map((interval) => ({ ...interval, point: onlyOne(points, interval.point.price, territory) })),
    );
  }
  return { baseTerritory, manual: found };
}

function onlyOne(points: readonly PricePoint[], price: string, territory: Territory): PricePoint {
  const same = points.filter((point) => sameAmount(point.price, price));
  const [only] = same;
  if (only && same.length === 1) return only;
  throw new RelayError("rejected", {
    message: `Apple has changed the IDs of the prices since the plan was made, and ${
      only ? `several prices of ${price} are there` : `there is no price of ${price}`
    } in ${territory} now. Nothing was sent.`,
    hint: "Make a new plan for it.",
  });
}
