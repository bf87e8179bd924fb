import type { PricedProduct, PricePoint, Territory } from "../model.ts";
import { pointNames, pointsQuery } from "./kinds.ts";
import { decodePointId } from "./point-id.ts";
import { type PointTable, packPoints, type TerritoryPoint, unpackPoints } from "./point-table.ts";
import { type LookUpOptions, lookUpKeptMs } from "./price-points.ts";
import { type PriceReader, unusable } from "./reader.ts";
import { pointOf, territoryOf } from "./resources.ts";

/**
 * The price point of every other territory that Apple holds equal to a price point of the product: its automatic
 * prices while the base has this one. The territory of `basePoint` is not in it.
 *
 * One look-up serves all items of a kind with this code and this amount in this territory; the IDs are built from the
 * codes, as `readPricePoints` does it.
 *
 * @throws RelayError as every read; `bad_upstream_response` for a list that is not complete.
 */
export async function readEqualizations(
  reader: PriceReader,
  product: PricedProduct,
  basePoint: PricePoint,
  { own = false }: LookUpOptions = {},
): Promise<ReadonlyMap<Territory, PricePoint>> {
  const { id, kind } = product;
  const read = () => readTable(reader, product, basePoint);
  const code = decodePointId(basePoint.id);
  if (!own && code?.s === id && !reader.apart.has(id)) {
    // With the amount, so that items whose codes mean other amounts share nothing with the rest.
    const key = ["equalizations", kind, code.t, code.p, basePoint.price];
    const points = unpackPoints(await reader.shared(key, lookUpKeptMs, read), id);
    if (points) return byTerritory(points);
  }
  const points = unpackPoints(await reader.once(["equalizations", basePoint.id], read), id);
  return byTerritory(points ?? []);
}

async function readTable(
  { connect }: PriceReader,
  { id, kind }: PricedProduct,
  basePoint: PricePoint,
): Promise<PointTable> {
  const names = pointNames[kind];
  const { data } = await connect.whole(
    names.equalizationsOf(basePoint.id),
    pointsQuery(names),
    names.equalizationsLimit,
  );
  const points = data.map((point) => ({ territory: territoryOf(point), point: pointOf(point) }));
  if (points.length === 0) throw unusable("A price point has no equalizations.");
  if (new Set(points.map(({ territory }) => territory)).size < points.length) {
    throw unusable("The equalizations of a price point name a territory twice.");
  }
  return packPoints(id, points);
}

function byTerritory(points: readonly TerritoryPoint[]): ReadonlyMap<Territory, PricePoint> {
  return new Map(points.map(({ territory, point }) => [territory, point]));
}
