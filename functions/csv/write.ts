import { withoutFormula } from "./formula.ts";

/** A cell of a file: null leaves it empty. */
export type CsvCell = string | number | null;

export interface CsvStyle {
  /** Begins with a byte order mark, by which Excel knows UTF-8. Without it readers need not skip one. */
  byteOrderMark?: boolean;
}

/**
 * What cannot stand without quotes: what divides cells in any of the dialects, and white space at the ends, which
 * readers trim.
 */
const needsQuotes = /[",;\t\r\n]|^\s|\s$/;

/**
 * Writes a CSV file as RFC 4180 has it: commas, CRLF after every record, the header first. No cell starts a formula.
 *
 * @throws RangeError for a row that has not a cell for each column.
 */
export function writeCsv(
  columns: readonly string[],
  rows: Iterable<readonly CsvCell[]>,
  { byteOrderMark = false }: CsvStyle = {},
): string {
  const lines = [record(columns)];
  for (const row of rows) {
    if (row.length !== columns.length) {
      throw new RangeError(`A row has ${row.length} cells, the header ${columns.length}.`);
    }
    lines.push(record(row));
  }
  return `${byteOrderMark ? "\ufeff" : ""}${lines.join("")}`;
}

function record(cells: readonly CsvCell[]): string {
  return `${cells.map(written).join(",")}\r\n`;
}

function written(cell: CsvCell): string {
  const text = withoutFormula(cell === null ? "" : String(cell));
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
