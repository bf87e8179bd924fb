import { integer, words } from "../schema.ts";
import { type CsvCell, writeCsv } from "./write.ts";

/** What an action answers for those that create files: the text itself, since flows hand files on as text. */
export interface CsvFile {
  csv: string;
  fileName: string;
  /** Rows without the header. */
  rowCount: number;
}

/** Output fields of an operation that answers a file. */
export const csvFileFields = {
  csv: words("CSV", "The file's text: a header line, then a line for each row."),
  fileName: words("File name", "A name for the file, which ends in .csv."),
  rowCount: integer("Row count", "How many rows there are."),
};

/**
 * A file of these rows. It begins with a byte order mark, without which Excel takes UTF-8 for something else.
 *
 * @param fileName with its ending.
 */
export function csvFile(
  fileName: string,
  columns: readonly string[],
  rows: readonly (readonly CsvCell[])[],
): CsvFile {
  return { csv: writeCsv(columns, rows, { byteOrderMark: true }), fileName, rowCount: rows.length };
}
