import type { PricePoint, Territory } from "../model.ts";
import { decodePointId, encodePointId } from "./point-id.ts";

/**
 * Price points as they are kept: as one text, since a table can have hundreds of rows and a process hundreds of
 * tables.
 */
export interface PointTable {
  /** Apple ID of the item whose points were read. */
  item: string;
  /** The rows hold codes, of which the IDs of any item can be built; else they hold the IDs of `item` alone. */
  coded: boolean;
  /** JSON: territory, code or ID, and amount of each point, one after the other. */
  rows: string;
}

/** A price point with its territory. */
export interface TerritoryPoint {
  territory: Territory;
  point: PricePoint;
}

/** The table of points that were read for an item. */
export function packPoints(item: string, points: readonly TerritoryPoint[]): PointTable {
  const codes = points.map(({ territory, point }) => {
    const code = decodePointId(point.id);
    return code?.s === item && code.t === territory ? code.p : undefined;
  });
  const coded = !codes.includes(undefined);
  const rows = points.flatMap(({ territory, point }, index) => [
    territory,
    (coded ? codes[index] : undefined) ?? point.id,
    point.price,
  ]);
  return { item, coded, rows: JSON.stringify(rows) };
}

/** The points of an item by a table; undefined where the table cannot serve the item. */
export function unpackPoints({ item, coded, rows }: PointTable, of: string): TerritoryPoint[] | undefined {
  if (!coded && item !== of) return undefined;
  const cells: readonly string[] = JSON.parse(rows);
  const points: TerritoryPoint[] = [];
  for (let at = 0; at + 2 < cells.length; at += 3) {
    const [territory = "", key = "", price = ""] = cells.slice(at, at + 3);
    points.push({
      territory,
      point: { id: coded ? encodePointId({ s: of, t: territory, p: key }) : key, price },
    });
  }
  return points;
}
