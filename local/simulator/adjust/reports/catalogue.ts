import type { ReportFact } from "../../world/adjust-reports.ts";

/** A metric with its place in Adjust's catalogue. */
export interface Metric {
  id: string;
  name: string;
  section: string;
  formatting: "number" | "money";
  /** List of `filters_data` that has it. */
  list: "overview_metrics" | "cost_metrics" | "cohort_metrics" | "event_metrics" | "skad_metrics";
  /** Money in US cents. All metrics of the simulator add up. */
  of(fact: ReportFact): number;
}

const count = (
  list: Metric["list"],
  section: string,
  id: string,
  name: string,
  of: Metric["of"],
): Metric => ({ id, name, section, formatting: "number", list, of });

const money = (
  list: Metric["list"],
  section: string,
  id: string,
  name: string,
  of: Metric["of"],
): Metric => ({ id, name, section, formatting: "money", list, of });

/** Every metric that the simulator can count. */
export const metrics: readonly Metric[] = [
  count("overview_metrics", "conversion", "installs", "Installs", ({ installs }) => installs),
  count("overview_metrics", "conversion", "clicks", "Clicks", ({ clicks }) => clicks),
  count("overview_metrics", "conversion", "impressions", "Impressions", ({ impressions }) => impressions),
  money("overview_metrics", "revenue", "all_revenue", "All Revenue", ({ revenueCents }) => revenueCents),
  money("cost_metrics", "cost", "cost", "Ad Spend", ({ costCents }) => costCents),
  money("cost_metrics", "cost", "network_cost", "Ad Spend (Network)", ({ costCents }) => costCents),
  money("cohort_metrics", "revenue", "all_revenue_total_d7", "All Revenue Total 7D", ({ revenueCents }) =>
    Math.floor(revenueCents / 2),
  ),
  count("event_metrics", "events", "purchase_events", "Purchase (Events)", ({ installs }) =>
    Math.floor(installs / 5),
  ),
  count("skad_metrics", "installs", "skad_installs", "SKAN Installs", ({ os_name, installs }) =>
    os_name === "ios" ? Math.floor(installs / 2) : 0,
  ),
];

/** Dimensions with their names. Those of time are derived from the day. */
export const dimensions: readonly { id: string; name: string; of(fact: ReportFact): string }[] = [
  { id: "day", name: "Day", of: ({ day }) => day },
  { id: "month", name: "Month", of: ({ day }) => day.slice(0, 7) },
  { id: "year", name: "Year", of: ({ day }) => day.slice(0, 4) },
  { id: "app", name: "App", of: ({ app }) => app },
  { id: "app_token", name: "App token", of: ({ app_token }) => app_token },
  { id: "os_name", name: "OS name", of: ({ os_name }) => os_name },
  { id: "partner_name", name: "Partner", of: ({ partner_name }) => partner_name },
  { id: "partner_id", name: "Partner ID", of: ({ partner_id }) => partner_id },
  { id: "country", name: "Country", of: ({ country }) => country },
  { id: "country_code", name: "Country code", of: ({ country_code }) => country_code },
];

/** Currencies with what a US dollar is worth in them. */
export const currencies: Readonly<Record<string, number>> = { USD: 1, EUR: 0.5, JPY: 150 };
