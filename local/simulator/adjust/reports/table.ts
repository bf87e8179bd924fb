import type { ReportFact } from "../../world/adjust-reports.ts";
import type { Metric } from "./catalogue.ts";
import type { Filter, ReportQuery } from "./query.ts";

/** One row: dimensions as text, metrics as numbers in the unit that Adjust writes. */
export interface TableRow {
  names: Readonly<Record<string, string>>;
  sums: Readonly<Record<string, number>>;
  /** The first fact in it, for identifiers that Adjust adds. */
  example: ReportFact;
}

/** Groups, sums, filters and sorts facts as a report asks. */
export function tableOf(facts: readonly ReportFact[], query: ReportQuery): TableRow[] {
  const groups = new Map<string, ReportFact[]>();
  for (const fact of query.empty ? [] : facts.filter((fact) => wanted(fact, query))) {
    const key = JSON.stringify(query.by.map(({ of }) => of(fact)));
    const group = groups.get(key);
    if (group) group.push(fact);
    else groups.set(key, [fact]);
  }
  const rows = [...groups.values()].flatMap((group): TableRow[] => {
    const [example] = group;
    if (example === undefined) return [];
    const names = Object.fromEntries(query.by.map(({ id, of }) => [id, of(example)]));
    const sums = Object.fromEntries(
      query.sums.map((metric) => [metric.id, sumOf(group, metric, query.rate)]),
    );
    return query.filters.every((filter) => passes(filter, group, query.rate))
      ? [{ names, sums, example }]
      : [];
  });
  return rows.sort((a, b) => {
    for (const { slug, descending } of query.sort) {
      const order = compare(a.sums[slug] ?? a.names[slug] ?? "", b.sums[slug] ?? b.names[slug] ?? "");
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

/** A metric over facts. Money is kept in cents until here, so that sums are exact. */
export function sumOf(facts: readonly ReportFact[], metric: Metric, rate: number): number {
  const sum = facts.reduce((total, fact) => total + metric.of(fact), 0);
  return metric.formatting === "money" ? (sum * rate) / 100 : sum;
}

function wanted(fact: ReportFact, query: ReportQuery): boolean {
  return (
    fact.day >= query.from &&
    fact.day <= query.to &&
    query.attributionTypes.includes(fact.attributionType) &&
    (query.osNames?.includes(fact.os_name) ?? true) &&
    query.filters.every((filter) => filter.on === "metric" || passesText(filter, fact))
  );
}

function passesText(filter: Extract<Filter, { on: "dimension" }>, fact: ReportFact): boolean {
  const exact = filter.dimension.of(fact);
  const [text, value] = [exact.toLowerCase(), filter.value.toLowerCase()];
  switch (filter.operator) {
    case "in":
      return filter.value.split(",").includes(exact);
    case "not_in":
      return !filter.value.split(",").includes(exact);
    case "contains":
      return text.includes(value);
    case "exclude":
      return !text.includes(value);
    case "starts_with":
      return text.startsWith(value);
    case "not_starts_with":
      return !text.startsWith(value);
    case "ends_with":
      return text.endsWith(value);
    default:
      return !text.endsWith(value);
  }
}

function passes(filter: Filter, group: readonly ReportFact[], rate: number): boolean {
  if (filter.on === "dimension") return true;
  const sum = sumOf(group, filter.metric, rate);
  switch (filter.operator) {
    case "lt":
      return sum < filter.value;
    case "lte":
      return sum <= filter.value;
    case "gt":
      return sum > filter.value;
    case "gte":
      return sum >= filter.value;
    case "eq":
      return sum === filter.value;
    default:
      return sum !== filter.value;
  }
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
