import { isObject } from "../../json.ts";
import { path } from "../../upstream/path.ts";
import { type Adjust, unusable } from "../client.ts";
import { reportFailure } from "./failure.ts";
import { reportLimit } from "./limit.ts";
import { asNumber } from "./numbers.ts";
import type { CheckedReport } from "./query.ts";

/** A value of a row under its slug. */
export type Row = Readonly<Record<string, unknown>>;

/** A report as callers get it. */
export interface Report {
  value: Row[];
  totals: Row;
  warnings: string[];
  rowCount: number;
  /** As it was sent. */
  period: string;
}

/** How much of an answer is read: 10 MB when it becomes an answer of ours, more in a job. */
export interface ReportBounds {
  /** Bytes after expansion; absent: 10 MB. */
  maxBytes?: number;
}

/**
 * Asks Adjust for a report.
 *
 * @throws RelayError with a hint to ask for less when it is too slow or too large.
 */
export async function fetchReport(
  adjust: Pick<Adjust, "call" | "credential">,
  report: CheckedReport,
  { maxBytes }: ReportBounds = {},
): Promise<Report> {
  try {
    const { body } = await adjust.call({
      path: path`/reports-service/report`,
      query: report.query,
      limit: reportLimit,
      ...(maxBytes !== undefined && { maxBytes }),
    });
    return readReport(body, report, (text) => adjust.credential.redact(text));
  } catch (error) {
    throw reportFailure(error, maxBytes);
  }
}

/** What Adjust answered, as a report of ours. `body` is undefined where it sent no content: there are no rows. */
function readReport(body: unknown, report: CheckedReport, redact: (text: string) => string): Report {
  const { period } = report;
  if (body === undefined) return { value: [], totals: {}, warnings: [], rowCount: 0, period };
  if (!isObject(body) || !Array.isArray(body.rows)) return unusable("It has no rows.", "GET");
  const read = rowReader(report);
  const value = body.rows.map((row: unknown) =>
    isObject(row) ? read(row) : unusable("A row is not an object.", "GET"),
  );
  const totals = isObject(body.totals) ? mapValues(body.totals, (_slug, total) => asNumber(total)) : {};
  return { value, totals, warnings: warningsOf(body).map(redact), rowCount: value.length, period };
}

/**
 * Reads a row: dimensions as text and metrics as numbers, in the order in which they were asked for. What else Adjust
 * puts into a row follows as it came, but for `attr_dependency`, which repeats identifiers for Adjust's own dashboard.
 */
function rowReader({ dimensions, metrics }: CheckedReport): (row: Row) => Row {
  const isMetric = new Set(metrics);
  const isDimension = new Set(dimensions);
  const asked = [...dimensions, ...metrics];
  return (row) => {
    const others = Object.keys(row).filter(
      (slug) => slug !== "attr_dependency" && !isMetric.has(slug) && !isDimension.has(slug),
    );
    const slugs = [...asked.filter((slug) => Object.hasOwn(row, slug)), ...others];
    return Object.fromEntries(
      slugs.map((slug) => {
        const value = row[slug];
        return [slug, isMetric.has(slug) ? asNumber(value) : isDimension.has(slug) ? asText(value) : value];
      }),
    );
  };
}

/** IDs and years may come as numbers; a dimension is a name. */
function asText(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

function warningsOf({ warnings, pagination }: Row): string[] {
  const said = (Array.isArray(warnings) ? warnings : []).map((warning: unknown) =>
    typeof warning === "string" ? warning : JSON.stringify(warning),
  );
  // Adjust documents it as null and nothing else. Should it ever cut a report, nobody must take a part for the whole.
  return pagination === null || pagination === undefined
    ? said
    : [...said, "Adjust says that it cut this report into pages: rows may be missing."];
}

function mapValues(row: Row, change: (slug: string, value: unknown) => unknown): Row {
  return Object.fromEntries(Object.entries(row).map(([slug, value]) => [slug, change(slug, value)]));
}
