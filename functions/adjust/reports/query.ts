import { type ErrorDetail, invalidInput } from "../../errors.ts";
import type { AdjustQuery } from "../client.ts";
import type { ReportInput } from "./fields.ts";
import { filterPairs, joinValues } from "./filters.ts";
import { resolvePeriod } from "./period.ts";

/** A report that can be asked for: plain values, so that a job can keep them. */
export interface CheckedReport {
  dimensions: readonly string[];
  metrics: readonly string[];
  /** As it is sent. */
  period: string;
  query: AdjustQuery;
}

/**
 * What is sent where the caller says nothing. Adjust has defaults of its own, and changed that of the attribution types
 * in July 2026; sent each time, a report means the same next year.
 */
export const explicitDefaults = {
  /** All that Adjust lists, which is also what it counts by itself since July 2026. */
  attributionTypes: ["click", "impression", "engaged_ad"],
  /** Documented default. */
  attributionSource: "dynamic",
  /** Documented default. */
  reattributed: "all",
  /** Adjust documents none; UTC is what everybody can check. */
  utcOffset: "+00:00",
  /** Documented default. */
  sandbox: false,
} as const;

/** Servers take URLs of about this length; a longer one would fail without a reason. */
const maxQueryLength = 8_000;

/**
 * Checks what the schema of a report cannot say, and writes its query.
 *
 * @param now milliseconds, for the days that errors suggest.
 * @throws RelayError `invalid_input` with every problem.
 */
export function checkReport(input: ReportInput, now: number): CheckedReport {
  const details: ErrorDetail[] = [];
  const { dimensions, metrics } = input;
  for (const field of ["dimensions", "metrics", "sort"] as const) {
    const twice = (input[field] ?? []).filter((slug, index, all) => all.indexOf(slug) !== index);
    for (const slug of new Set(twice)) details.push({ field, message: `lists ${slug} more than once.` });
  }
  const period = resolvePeriod(input, now);
  if (typeof period !== "string") details.push(...period);

  const join = (field: ListField) => {
    const values = input[field];
    // An empty list says nothing, as an empty field does.
    return values === undefined || values.length === 0 ? undefined : joinValues(values, field, details);
  };
  const named: AdjustQuery = {
    dimensions: dimensions.join(","),
    metrics: metrics.join(","),
    date_period: typeof period === "string" ? period : "",
    app_token__in: join("appTokens"),
    country_code__in: join("countries")?.toUpperCase(),
    os_names: join("osNames"),
    partner_name__in: join("partners"),
    attribution_types: join("attributionTypes") ?? explicitDefaults.attributionTypes.join(","),
    attribution_source: input.attributionSource ?? explicitDefaults.attributionSource,
    reattributed: input.reattributed ?? explicitDefaults.reattributed,
    utc_offset: input.utcOffset ?? explicitDefaults.utcOffset,
    sandbox: String(input.sandbox ?? explicitDefaults.sandbox),
    // Days as 2026-01-31, which sort as text and which flows can read, whatever the account shows its users.
    format_dates: "false",
    currency: input.currency,
    ad_spend_mode: input.adSpendMode,
    ad_revenue_sources: join("adRevenueSources"),
    iap_revenue_mode: input.iapRevenueMode,
    cohort_maturity: input.cohortMaturity,
    period_over_period: input.periodOverPeriod,
    sort: join("sort"),
  };
  const filters = filterPairs(input.filters ?? {}, details);
  for (const [name] of filters) {
    if (named[name] !== undefined) {
      details.push({
        field: `filters.${name}`,
        message: "is what another field of this action says already. Fill one of them.",
      });
    }
  }
  const query: AdjustQuery = { ...named, ...Object.fromEntries(filters) };
  const length = Object.entries(query).reduce(
    (sum, [name, value]) => sum + name.length + encodeURIComponent(String(value ?? "")).length + 2,
    0,
  );
  if (length > maxQueryLength && details.length === 0) {
    details.push({
      field: "body",
      message: "asks for more than fits into one call: name fewer apps, partners, filters or metrics.",
    });
  }
  if (details.length > 0) throw invalidInput(details);
  return { dimensions, metrics, period: typeof period === "string" ? period : "", query };
}

type ListField =
  | "appTokens"
  | "countries"
  | "osNames"
  | "partners"
  | "attributionTypes"
  | "adRevenueSources"
  | "sort";
