import { choice } from "../../schema.ts";
import { adjustLookUp } from "../operation.ts";
import { catalogueEntries } from "./filters-data.ts";

/** Every list of metrics that Adjust's catalogue has, but for those of its own exports. */
const metricLists = [
  "overview_metrics",
  "cost_metrics",
  "cohort_metrics",
  "event_metrics",
  "skad_metrics",
] as const;

export const lookUpAdjustMetrics = adjustLookUp({
  id: "LookUpAdjustMetrics",
  summary: "Look up metrics of Adjust reports",
  description: "Fills the dropdown of metrics.",
  route: "adjust/look-ups/metrics",
  input: {},
  run: (_input, adjust) => catalogueEntries(adjust, metricLists),
});

export const lookUpAdjustDimensions = adjustLookUp({
  id: "LookUpAdjustDimensions",
  summary: "Look up dimensions of Adjust reports",
  description: "Fills the dropdown of dimensions.",
  route: "adjust/look-ups/dimensions",
  input: {},
  run: (_input, adjust) => catalogueEntries(adjust, ["dimensions"]),
});

export const lookUpAdjustReportApps = adjustLookUp({
  id: "LookUpAdjustReportApps",
  summary: "Look up apps of Adjust reports",
  description: "Fills the dropdown of apps with every app of the account, made by App Automation or not.",
  route: "adjust/look-ups/report-apps",
  input: {},
  run: (_input, adjust) => catalogueEntries(adjust, ["apps"]),
});

export const lookUpAdjustReportOptions = adjustLookUp({
  id: "LookUpAdjustReportOptions",
  summary: "Look up values of Adjust report fields",
  description: "Fills the dropdowns of fields whose values Adjust lists, such as currencies.",
  route: "adjust/look-ups/report-options",
  input: {
    // Only lists whose IDs are what the report's own parameter takes.
    list: choice("List", "List of Adjust's catalogue.", [
      "currencies",
      "os_names",
      "ad_revenue_sources",
      "period_over_period",
    ]),
  },
  run: ({ list }, adjust) => catalogueEntries(adjust, [list]),
});
