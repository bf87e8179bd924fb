import type { Call } from "../../core/call.ts";
import type { Json } from "../../core/json.ts";
import { type Reply, textReply } from "../../core/reply.ts";
import type { Route } from "../../core/router.ts";
import type { AdjustState } from "../../world/adjust.ts";
import { csvOf } from "./csv.ts";
import { filtersData } from "./filters-data.ts";
import { type ReportQuery, readReportQuery } from "./query.ts";
import { createReportLimit } from "./rate-limit.ts";
import { type TableRow, tableOf } from "./table.ts";

/** The Report Service: values of rows are strings, totals are numbers, 204 when there is no row. */
export function reportRoutes(state: () => AdjustState): Route<undefined>[] {
  const spend = createReportLimit();
  const route = (path: string, answer: (call: Call) => Reply): Route<undefined> => ({
    method: "GET",
    path,
    handle: (call) => {
      if (state().enforceReportLimit) spend(call.nowMs);
      return answer(call);
    },
  });
  return [
    route("/reports-service/report", (call) => {
      const query = readReportQuery(call);
      const rows = tableOf(state().reportFacts, query);
      if (rows.length === 0) return { status: 204 };
      const totals = Object.fromEntries(
        query.sums.map((metric) => [
          metric.id,
          rounded(rows.reduce((sum, row) => sum + (row.sums[metric.id] ?? 0), 0)),
        ]),
      );
      const json = { rows: rows.map((row) => shown(row, query)), totals, warnings: warningsOf(query) };
      return { status: 200, json: { ...json, pagination: null } };
    }),
    route("/reports-service/csv_report", (call) => {
      const query = readReportQuery(call, ["readable_names"]);
      const rows = tableOf(state().reportFacts, query);
      if (rows.length === 0) return { status: 204 };
      const readable = new Map(call.query).get("readable_names") === "true";
      return textReply(200, "text/csv; charset=utf-8", csvOf(rows, query, readable));
    }),
    route("/reports-service/filters_data", (call) => filtersData(call, state().reportFacts)),
  ];
}

/** Sums of money without the dust that adding fractions leaves. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** A row as Adjust writes it: every value is a string, and identifiers of what stands in it come along. */
function shown({ names, sums, example }: TableRow, query: ReportQuery): Json {
  const { partner_id, partner } = example;
  return {
    attr_dependency: names.partner_name === undefined ? {} : { partner_id, partner },
    ...names,
    ...Object.fromEntries(
      query.sums.map((metric) => [metric.id, text(sums[metric.id] ?? 0, metric.formatting)]),
    ),
  };
}

/** Counts are written as 64, money as 0.0. */
function text(value: number, formatting: "number" | "money"): string {
  return formatting === "money" && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Adjust documents that there are warnings, not what they say. */
function warningsOf({ to, today }: ReportQuery): string[] {
  return to >= today ? ["Data of today is not complete yet"] : [];
}
