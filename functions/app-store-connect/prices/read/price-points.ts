import type { PricedProduct, PricePoint, Territory } from "../model.ts";
import { pointNames, pointsQuery } from "./kinds.ts";
import { type PointTable, packPoints, unpackPoints } from "./point-table.ts";
import type { PriceReader } from "./reader.ts";
import { pointOf, territoryOf } from "./resources.ts";

/**
 * How long a look-up serves other items: Apple adds price points or changes their amounts some times a year, with
 * notice. A point that is no longer there is refused by Apple when it is used.
 */
export const lookUpKeptMs = 60 * 60_000;

/** How price points are read. */
export interface LookUpOptions {
  /** Asks Apple for this very product, whatever others had. */
  own?: boolean;
}

/**
 * All price points of a product in a territory; empty where Apple offers none.
 *
 * One look-up serves all items of a kind in a territory, since the same amount has the same code there (observed, not
 * documented): the IDs are built from the codes. A product that does not fit gets a look-up of its own: where the IDs
 * of the look-up do not decode, or where what Apple stated of the product is not in it.
 *
 * @param stated prices of the product in this territory, as Apple stated them. Those without an amount are compared
 *   by their code alone.
 * @throws RelayError as every read; `bad_upstream_response` for a list that is not complete.
 */
export async function readPricePoints(
  reader: PriceReader,
  product: PricedProduct,
  territory: Territory,
  stated: readonly PricePoint[] = [],
  { own = false }: LookUpOptions = {},
): Promise<PricePoint[]> {
  const { id, kind } = product;
  const read = () => readTable(reader, product, territory);
  if (!own && !reader.apart.has(id)) {
    const table = await reader.shared(["points", kind, territory], lookUpKeptMs, read);
    const points = pointsOf(table, id);
    if (points.length > 0 && agree(points, stated)) return points;
    if (table.coded && points.length > 0) reader.apart.add(id);
  }
  return pointsOf(await reader.once(["points", id, territory], read), id);
}

async function readTable(
  { connect }: PriceReader,
  { id, kind }: PricedProduct,
  territory: Territory,
): Promise<PointTable> {
  const names = pointNames[kind];
  const query = { ...pointsQuery(names), "filter[territory]": territory };
  const { data } = await connect.whole(names.pointsOf(id), query, names.pointsLimit);
  const points = data.map((point) => ({ territory: territoryOf(point), point: pointOf(point) }));
  // The filter is only a pre-selection.
  return packPoints(
    id,
    points.filter((point) => point.territory === territory),
  );
}

function pointsOf(table: PointTable, id: string): PricePoint[] {
  return (unpackPoints(table, id) ?? []).map(({ point }) => point);
}

/** Whether a look-up says of every stated price what Apple said of it. */
function agree(points: readonly PricePoint[], stated: readonly PricePoint[]): boolean {
  if (stated.length === 0) return true;
  const amounts = new Map(points.map(({ id, price }) => [id, price]));
  return stated.every(({ id, price }) => {
    const amount = amounts.get(id);
    // As numbers, since 5 and 5.00 are one amount: those of 15 digits are still told apart.
    return amount !== undefined && (price === "" || Number(amount) === Number(price));
  });
}
