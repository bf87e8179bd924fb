import type { Call } from "../../core/call.ts";
import type { Json } from "../../core/json.ts";
import type { Reply } from "../../core/reply.ts";
import type { ReportFact } from "../../world/adjust-reports.ts";
import { refuse } from "../errors.ts";
import { currencies, dimensions, metrics } from "./catalogue.ts";

interface Entry {
  id: string;
  name: string;
  section?: string;
}

const plain = (ids: readonly string[]): Entry[] => ids.map((id) => ({ id, name: id }));

/** Lists that Adjust documents and the simulator leaves empty. */
const empty = [
  "apps_network",
  "cohort_maturity",
  "etl_metrics",
  "networks",
  "attribution_type",
  "attribution_source",
  "attribution_status",
  "iap_revenue_mode",
  "ad_spend_mode",
  "utc_offset",
  "attributes",
  "index",
  "cohort_metric_names",
  "full_cohort_periods",
  "store_type",
  "skad_time_adjustment",
];

function listsOf(facts: readonly ReportFact[]): Record<string, Entry[]> {
  const distinct = (of: (fact: ReportFact) => [string, string]): Entry[] =>
    [...new Map(facts.map(of))].map(([id, name]) => ({ id, name }));
  const lists: Record<string, Entry[]> = {
    apps: distinct(({ app_token, app }) => [app_token, app]),
    partners: distinct(({ partner_id, partner_name }) => [partner_id, partner_name]),
    countries: distinct(({ country_code, country }) => [country_code, country]),
    os_names: distinct(({ os_name }) => [os_name, os_name]),
    dimensions: dimensions.map(({ id, name }) => ({ id, name })),
    currencies: plain(Object.keys(currencies)),
    ad_revenue_sources: plain(["unknown", "applovin_max"]),
    period_over_period: plain(["previous_period", "previous_week", "previous_month"]),
    ...Object.fromEntries(empty.map((name) => [name, []])),
  };
  for (const { id, name, section, list } of metrics) {
    lists[list] = [...(lists[list] ?? []), { id, name, section }];
  }
  return lists;
}

/** What reports can be made of: the lists asked for, narrowed by section and by text. */
export function filtersData(call: Call, facts: readonly ReportFact[]): Reply {
  const query = new Map(call.query);
  const lists = listsOf(facts);
  const asked = query.get("required_filters")?.split(",") ?? [];
  if (asked.join("") === "") throw refuse(400, "Missing parameter: required_filters");
  for (const name of asked)
    if (!Object.hasOwn(lists, name)) throw refuse(400, `Unsupported required_filters: ${name}`);
  for (const name of query.keys())
    if (
      !["required_filters", "section"].includes(name) &&
      !asked.some((list) => name === `${list}__contains`)
    )
      throw refuse(400, `Unsupported parameter: ${name}`);
  const section = query.get("section");
  const answer = asked.map((name): [string, Json] => {
    const text = (query.get(`${name}__contains`) ?? "").toLowerCase();
    const entries = (lists[name] ?? []).filter(
      (entry) =>
        (section === undefined || entry.section === section) && entry.name.toLowerCase().includes(text),
    );
    return [name, entries.map((entry): Json => ({ ...entry, short_name: entry.name }))];
  });
  return { status: 200, json: Object.fromEntries(answer) };
}
