import type { Call } from "../../core/call.ts";
import { refuse } from "../errors.ts";
import { currencies, dimensions, type Metric, metrics } from "./catalogue.ts";
import { daysOf } from "./period.ts";

export type Dimension = (typeof dimensions)[number];

/** A report as it was asked for. */
export interface ReportQuery {
  by: readonly Dimension[];
  sums: readonly Metric[];
  from: string;
  to: string;
  /** Today in the report's own offset. */
  today: string;
  attributionTypes: readonly string[];
  osNames: readonly string[] | undefined;
  /** What a US dollar is worth in the currency asked for. */
  rate: number;
  /** Sandbox data and reattributed users: the simulator has none. */
  empty: boolean;
  filters: readonly Filter[];
  sort: readonly { slug: string; descending: boolean }[];
}

/** A filter on a dimension, or on the sum of a metric. */
export type Filter =
  | { on: "dimension"; dimension: Dimension; operator: string; value: string }
  | { on: "metric"; metric: Metric; operator: string; value: number };

const textOperators = [
  "in",
  "not_in",
  "contains",
  "exclude",
  "starts_with",
  "not_starts_with",
  "ends_with",
  "not_ends_with",
];
const numberOperators = ["lt", "lte", "gt", "gte", "eq", "ne"];

/** Parameters whose values are words of a list. */
const words: Readonly<Record<string, readonly string[]>> = {
  attribution_types: ["click", "impression", "engaged_ad"],
  attribution_source: ["first", "dynamic"],
  reattributed: ["all", "true", "false"],
  sandbox: ["true", "false"],
  format_dates: ["true", "false"],
  cohort_maturity: ["immature", "mature"],
  ad_spend_mode: ["adjust", "network", "mixed"],
  iap_revenue_mode: ["GROSS_100", "GROSS_85", "GROSS_70", "GROSS_60"],
  period_over_period: ["previous_period", "previous_week", "previous_month"],
  currency: Object.keys(currencies),
};

/** Parameters with values of another form. */
const free = ["dimensions", "metrics", "date_period", "utc_offset", "os_names", "ad_revenue_sources", "sort"];

/**
 * Reads the query of a report. Parameters and values that are not known are refused, each in the words that clients of
 * Adjust have seen, such as `Unsupported metric: currency`.
 *
 * @param further parameters of the endpoint's own.
 */
export function readReportQuery(call: Call, further: readonly string[] = []): ReportQuery {
  const query = new Map<string, string>();
  for (const [name, value] of call.query) {
    if (query.has(name)) throw refuse(400, `Repeated parameter: ${name}`);
    query.set(name, value);
  }
  for (const name of ["dimensions", "metrics", "date_period"])
    if ((query.get(name) ?? "") === "") throw refuse(400, `Missing parameter: ${name}`);
  const filters = [...query].flatMap(([name, value]) => {
    const allowed = Object.hasOwn(words, name) ? words[name] : undefined;
    for (const word of allowed ? value.split(",") : [])
      if (!allowed?.includes(word)) throw refuse(400, `Unsupported ${name}: ${word}`);
    return allowed || free.includes(name) || further.includes(name) ? [] : [filterOf(name, value)];
  });
  const by = listed(query.get("dimensions") ?? "", dimensions, "dimension");
  const sums = listed(query.get("metrics") ?? "", metrics, "metric");
  const localMs = call.nowMs + offsetMs(query.get("utc_offset") ?? "+00:00");
  const [from, to] = daysOf(query.get("date_period") ?? "", localMs);
  return {
    by,
    sums,
    from,
    to,
    today: new Date(localMs).toISOString().slice(0, 10),
    attributionTypes: (query.get("attribution_types") ?? "click,impression,engaged_ad").split(","),
    osNames: query.get("os_names")?.split(","),
    rate: currencies[query.get("currency") ?? "USD"] ?? 1,
    empty: query.get("sandbox") === "true" || query.get("reattributed") === "true",
    filters,
    sort: (query.get("sort")?.split(",") ?? []).map((word) => {
      const slug = word.replace(/^-/, "");
      if (![...by, ...sums].some(({ id }) => id === slug)) throw refuse(400, `Unsupported sort: ${slug}`);
      return { slug, descending: word.startsWith("-") };
    }),
  };
}

function listed<Item extends { id: string }>(value: string, known: readonly Item[], what: string): Item[] {
  return value.split(",").map((slug) => {
    const found = known.find(({ id }) => id === slug);
    if (found === undefined) throw refuse(400, `Unsupported ${what}: ${slug}`);
    return found;
  });
}

function filterOf(name: string, value: string): Filter {
  const [, slug, operator = ""] = /^(.+)__([a-z_]+)$/.exec(name) ?? [];
  const dimension = dimensions.find(({ id }) => id === slug);
  if (dimension !== undefined && textOperators.includes(operator))
    return { on: "dimension", dimension, operator, value };
  const metric = metrics.find(({ id }) => id === slug);
  if (metric === undefined || !numberOperators.includes(operator))
    throw refuse(400, `Unsupported parameter: ${name}`);
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw refuse(400, `Unsupported value of ${name}: ${value}`);
  return { on: "metric", metric, operator, value: Number(value) };
}

function offsetMs(offset: string): number {
  const match = /^([+-])(\d\d):(\d\d)$/.exec(offset);
  if (match === null) throw refuse(400, `Unsupported utc_offset: ${offset}`);
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}
