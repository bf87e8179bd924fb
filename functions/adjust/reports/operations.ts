import * as Type from "typebox";
import { operation } from "../../operation.ts";
import { anything, flag, integer, list, text, words } from "../../schema.ts";
import { adjustOperation } from "../operation.ts";
import { rowSchema } from "./columns.ts";
import { fetchReport } from "./fetch.ts";
import { fetchReportCsv } from "./fetch-csv.ts";
import { reportFields } from "./fields.ts";
import { csvFileName } from "./file-name.ts";
import { checkReport } from "./query.ts";

const period = words("Period", "The days that the report is about, as they were sent to Adjust.");

const rowCount = integer("Row count", "How many rows there are.");

export const getAdjustReport = adjustOperation({
  id: "GetAdjustReport",
  summary: "Get an Adjust report",
  description:
    "Gets installs, cost, revenue and other metrics by day, app, partner and other dimensions. Metrics are numbers.",
  method: "POST",
  safe: true,
  route: "adjust/reports",
  visibility: "important",
  input: reportFields,
  output: Type.Object({
    value: list(
      "Rows",
      "The rows of the report; none where there is no data.",
      anything("Row", "Dimensions and metrics of a row under their slugs.", {
        described: {
          operationId: "DescribeAdjustReport",
          parameters: { dimensions: "dimensions", metrics: "metrics" },
        },
      }),
    ),
    totals: anything("Totals", "Each metric over all rows, under its slug; empty where there is no data."),
    warnings: list(
      "Warnings",
      "What Adjust says about the report, such as data that is still missing.",
      words("Warning", "A sentence of Adjust's."),
    ),
    rowCount,
    period,
  }),
  async run(input, adjust, { runtime }) {
    return fetchReport(adjust, checkReport(input, runtime.now()));
  },
});

export const getAdjustReportCsv = adjustOperation({
  id: "GetAdjustReportCsv",
  summary: "Get an Adjust report as CSV",
  description: "Gets a report as the text of a CSV file, for the actions that create files.",
  method: "POST",
  safe: true,
  route: "adjust/reports/csv",
  input: {
    ...reportFields,
    readableNames: Type.Optional(
      flag(
        "Readable names",
        "Whether the header has names for people in place of slugs. Adjust may change those names.",
        { visibility: "advanced" },
      ),
    ),
    escapeFormulas: Type.Optional(
      flag(
        "Escape formulas",
        "Whether to put an apostrophe before cells that a spreadsheet would run as a formula. Names of campaigns come from outside.",
        { visibility: "advanced" },
      ),
    ),
  },
  output: Type.Object({
    csv: words("CSV", "The file's text: a header line, then a line for each row."),
    fileName: words("File name", "A name for the file, such as adjust-report-2026-01-01-to-2026-01-31.csv."),
    rowCount,
    period,
  }),
  async run({ readableNames, escapeFormulas, ...input }, adjust, { runtime }) {
    const now = runtime.now();
    const report = await fetchReportCsv(adjust, checkReport(input, now), {
      readableNames: readableNames ?? false,
      escapeFormulas: escapeFormulas ?? false,
    });
    return { ...report, fileName: csvFileName(report.period, now) };
  },
});

const slugs = {
  commaSeparated: true,
  pattern: "^[A-Za-z0-9][A-Za-z0-9_.,-]*$",
  form: "slugs of Adjust's with commas between them, such as installs,network_cost",
} as const;

export const describeAdjustReport = operation({
  id: "DescribeAdjustReport",
  summary: "Describe a row of an Adjust report",
  description: "Tells the designer which columns a report has.",
  method: "GET",
  visibility: "internal",
  route: "adjust/reports/columns",
  input: {
    dimensions: text("Dimensions", "Slugs of dimensions with commas between them.", slugs),
    metrics: text("Metrics", "Slugs of metrics with commas between them.", slugs),
  },
  output: Type.Object({ schema: anything("Schema", "JSON Schema of one row.") }),
  run: async ({ dimensions, metrics }) => ({ schema: { ...rowSchema(split(dimensions), split(metrics)) } }),
});

function split(slugList: string): string[] {
  return slugList.split(",").filter((slug) => slug !== "");
}
