import { malformed, maxJsonBytes, readBytes } from "../../upstream/body.ts";
import type { Exchange } from "../../upstream/client.ts";
import { path } from "../../upstream/path.ts";
import type { Adjust } from "../client.ts";
import { csvShape, withoutFormulas } from "./csv-text.ts";
import { reportFailure } from "./failure.ts";
import type { ReportBounds } from "./fetch.ts";
import { reportLimit } from "./limit.ts";
import type { CheckedReport } from "./query.ts";

/** A report as a file. */
export interface CsvReport {
  csv: string;
  /** Rows without the header. */
  rowCount: number;
  period: string;
}

/** How a CSV report is written. */
export interface CsvStyle {
  /** Headers for people in place of slugs. Adjust may change them at any time. */
  readableNames?: boolean;
  /** Puts an apostrophe before cells that a spreadsheet would run as a formula. */
  escapeFormulas?: boolean;
}

/**
 * Asks Adjust for a report as CSV. Without rows it is the header line alone, with slugs, so that a file can be made of
 * it and a reader of the file finds its columns.
 *
 * @throws RelayError with a hint to ask for less when it is too slow or too large.
 */
export async function fetchReportCsv(
  adjust: Pick<Adjust, "call">,
  report: CheckedReport,
  { readableNames = false, escapeFormulas = false }: CsvStyle,
  { maxBytes = maxJsonBytes }: ReportBounds = {},
): Promise<CsvReport> {
  const { dimensions, metrics, period } = report;
  try {
    const { body } = await adjust.call({
      path: path`/reports-service/csv_report`,
      query: { ...report.query, readable_names: String(readableNames) },
      limit: reportLimit,
      accept: "text/csv",
      read: (exchange, signal) => readCsv(exchange, maxBytes, signal),
    });
    if (typeof body !== "string") {
      return { csv: `${[...dimensions, ...metrics].join(",")}\n`, rowCount: 0, period };
    }
    const csv = escapeFormulas ? withoutFormulas(body) : body;
    return { csv, rowCount: csvShape(body).records - 1, period };
  } catch (error) {
    throw reportFailure(error, maxBytes);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Content types that a CSV file may come with; Adjust documents none. */
const csvType = /^(text\/csv|application\/csv|text\/plain|application\/octet-stream)\s*(;|$)/i;

/**
 * Reads a CSV answer; undefined where there is no content. Every row must have as many cells as the header: so a text
 * that was cut, or that is no CSV at all, is not taken for a report.
 *
 * @throws UpstreamFailure when it is no CSV.
 */
async function readCsv(
  exchange: Exchange,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { status, headers } = exchange;
  const bytes = await readBytes(exchange, maxBytes, signal);
  if (status === 204) return undefined;
  if (bytes.length === 0) throw malformed("The answer is empty.");
  if (!csvType.test(headers["content-type"] ?? "")) throw malformed("The answer is not CSV.");
  const text = decode(bytes);
  const { open, columns } = csvShape(text);
  // Rows of several cells do not hide a page of HTML that somebody calls text.
  if (open || columns === undefined || /^\s*</.test(text)) {
    throw malformed("The answer is not whole CSV: its rows have not the same number of cells.");
  }
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed("The answer is not text in UTF-8.");
  }
}
