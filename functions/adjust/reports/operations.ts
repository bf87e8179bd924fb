import * as Type from "typebox";
import { startJob } from "../../jobs/start.ts";
import { operation } from "../../operation.ts";
import { anything, flag, integer, list, text, words } from "../../schema.ts";
import { adjustOperation } from "../operation.ts";
import { rowSchema } from "./columns.ts";
import { fetchReport } from "./fetch.ts";
import { type CsvStyle, fetchReportCsv } from "./fetch-csv.ts";
import { reportFields } from "./fields.ts";
import { csvFileName } from "./file-name.ts";
import { checkReport } from "./query.ts";
import { reportJob, toReportItem } from "./report-job.ts";

const period = words("Period", "The days that the report is about, as they were sent to Adjust.");

const rowCount = integer("Row count", "How many rows there are.");

const runAsJob = Type.Optional(
  flag(
    "Run as a job",
    "Whether the report is gotten by a job, for reports that take longer than a minute and a half or are larger than 10 MB. The action waits for it.",
    { visibility: "advanced" },
  ),
);

/** What a report that was run as a job has besides. */
const jobOutcome = {
  status: Type.Optional(
    words(
      "Status",
      "How the job ended, where the report was run as one. Without rows look whether it is completed.",
    ),
  ),
  errorCode: Type.Optional(words("Error code", "Why the job has no report, as a stable code.")),
  errorMessage: Type.Optional(words("Error message", "Why the job has no report.")),
};

const jsonJob = reportJob<undefined>(
  async (adjust, { report }, bounds) => ({ ...(await fetchReport(adjust, report, bounds)) }),
  { value: [], totals: {}, warnings: [], rowCount: 0 },
);

const csvJob = reportJob<CsvStyle>(
  async (adjust, { report, style }, bounds, now) => {
    const csv = await fetchReportCsv(adjust, report, style, bounds);
    return { ...csv, fileName: csvFileName(csv.period, now) };
  },
  { csv: "", fileName: "", rowCount: 0 },
);

export const getAdjustReport = adjustOperation({
  id: "GetAdjustReport",
  summary: "Get an Adjust report",
  description:
    "Gets installs, cost, revenue and other metrics by day, app, partner and other dimensions. Metrics are numbers.",
  method: "POST",
  safe: true,
  route: "adjust/reports",
  visibility: "important",
  job: jsonJob,
  input: { ...reportFields, runAsJob },
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
    ...jobOutcome,
  }),
  async run({ runAsJob: asJob, ...input }, adjust, scope) {
    const report = checkReport(input, scope.runtime.now());
    if (!asJob) return fetchReport(adjust, report);
    return startJob(scope, {
      credential: adjust.credential,
      items: [toReportItem({ report, style: undefined })],
    });
  },
});

export const getAdjustReportCsv = adjustOperation({
  id: "GetAdjustReportCsv",
  summary: "Get an Adjust report as CSV",
  description: "Gets a report as the text of a CSV file, for the actions that create files.",
  method: "POST",
  safe: true,
  route: "adjust/reports/csv",
  job: csvJob,
  input: {
    ...reportFields,
    runAsJob,
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
    ...jobOutcome,
  }),
  async run({ readableNames = false, escapeFormulas = false, runAsJob: asJob, ...input }, adjust, scope) {
    const now = scope.runtime.now();
    const report = checkReport(input, now);
    const style: CsvStyle = { readableNames, escapeFormulas };
    if (asJob) {
      return startJob(scope, { credential: adjust.credential, items: [toReportItem({ report, style })] });
    }
    const csv = await fetchReportCsv(adjust, report, style);
    return { ...csv, fileName: csvFileName(csv.period, now) };
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
