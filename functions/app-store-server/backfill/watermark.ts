import { text } from "../../storage/fields.ts";
import type { Row, StoredRow, Table } from "../../storage/storage.ts";
import type { Environment } from "../environment.ts";

/** Partition of the marks, a row for each app and environment. */
const partition = "backfill";

/** Rows that are read at a time, the most that Azure gives. */
const pageSize = 1_000;

/** An app in one environment: what has a history of its own. */
export interface Place {
  bundleId: string;
  environment: Environment;
}

/** How far the history of an app was read in one environment. Times in milliseconds. */
export interface Watermark {
  /** Every notification of before was read and brought in. */
  readTo: number;
  /** Length of the window to be read next. It shrinks where one could not be read to its end in time. */
  windowMs: number;
  /** When somebody looked last, whatever came of it. */
  triedAt: number;
}

/** A mark as it was read, with the tag that a conditional write needs. */
export type StoredWatermark = Watermark & { readonly etag: string };

/** Names a place in the table and in maps. Bundle IDs hold no space. */
export function placeKey({ bundleId, environment }: Place): string {
  return `${environment} ${bundleId}`;
}

/** When somebody last looked, by place. */
export async function readTries(table: Table): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  let after: string | undefined;
  do {
    const page = await table.page(partition, { limit: pageSize, ...(after !== undefined && { after }) });
    for (const row of page.rows) found.set(row.row, toWatermark(row).triedAt);
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** @returns undefined where nobody has looked yet. */
export async function readWatermark(table: Table, place: Place): Promise<StoredWatermark | undefined> {
  const row = await table.read(partition, placeKey(place));
  return row && toWatermark(row);
}

/**
 * Writes a mark, if it is still as it was read.
 *
 * @param etag undefined: there is none yet. @returns undefined when somebody else was first.
 */
export async function saveWatermark(
  table: Table,
  place: Place,
  mark: Watermark,
  etag: string | undefined,
): Promise<StoredWatermark | undefined> {
  const row = toRow(place, mark);
  if (etag !== undefined) {
    const renewed = await table.replace({ ...row, etag });
    return renewed === undefined ? undefined : { ...mark, etag: renewed };
  }
  return (await table.insert(row)) ? readWatermark(table, place) : undefined;
}

/** As texts: numbers of a row have 32 bits. */
function toRow(place: Place, { readTo, windowMs, triedAt }: Watermark): Row {
  const fields = { readTo: String(readTo), windowMs: String(windowMs), triedAt: String(triedAt) };
  return { partition, row: placeKey(place), fields };
}

function toWatermark({ fields, etag }: StoredRow): StoredWatermark {
  const value = (name: string) => Number(text(fields, name));
  return { readTo: value("readTo"), windowMs: value("windowMs"), triedAt: value("triedAt"), etag };
}
