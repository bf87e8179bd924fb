import type { EndedItem, JobData } from "../../jobs/item.ts";
import type { JobKind } from "../../jobs/kind.ts";
import type { NewItem } from "../../jobs/start.ts";
import { type Adjust, openAdjust } from "../client.ts";
import type { ReportBounds } from "./fetch.ts";
import type { CheckedReport } from "./query.ts";

/** A report may take this long as a job, in milliseconds: less than the ten minutes that host.json gives a function. */
const stepMs = 8 * 60_000;

/** Bytes of a report that a job reads: parsed it takes about ten times as much, and an instance has 2 GB. */
const maxBytes = 32 * 1024 * 1024;

/** A report as the one item of its job. */
export interface ReportItem<Style> {
  report: CheckedReport;
  style: Style;
}

export function toReportItem<Style>(item: ReportItem<Style>): NewItem {
  const { period } = item.report;
  return { about: { name: `Report of ${period}`, period }, input: item };
}

/**
 * A job of one item that gets a report. It only reads, so it is simply run again after a crash.
 *
 * @param get gets the report; its answer is what the job's result consists of.
 * @param empty what stands in the result where there is no report, so that a flow's fields are there all the same.
 */
export function reportJob<Style>(
  get: (
    adjust: Pick<Adjust, "call" | "credential">,
    item: ReportItem<Style>,
    bounds: ReportBounds,
    now: number,
  ) => Promise<JobData>,
  empty: JobData,
): JobKind {
  return {
    stepMs,
    slow: true,
    async step({ input }, scope) {
      const adjust = await openAdjust(scope);
      // Only `toReportItem` makes inputs.
      const result = await get(adjust, input as ReportItem<Style>, { maxBytes }, scope.runtime.now());
      return { kind: "end", status: "applied", result };
    },
    result([item]: readonly EndedItem[]) {
      if (item?.status === "applied" && item.result) return item.result;
      // A job that could not be begun has no item, and says itself why.
      if (!item) return { ...empty, period: "", status: "failed" };
      const { code, message } = item.error ?? cancelled;
      return {
        ...empty,
        period: item.about.period,
        status: item.status === "cancelled" ? "cancelled" : "failed",
        errorCode: code,
        errorMessage: message,
      };
    },
  };
}

const cancelled = { code: "cancelled", message: "The job was cancelled before it was begun." };
