import type { Json } from "../core/json.ts";
import type { Route } from "../core/router.ts";
import type { AdjustState } from "../world/adjust.ts";
import { refuse } from "./errors.ts";

/** Milliseconds. */
const dayMs = 86_400_000;

const dimensions = ["day", "app", "app_token", "partner_name", "country"] as const;
const metrics = ["installs", "clicks", "network_cost"] as const;

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((known) => known === name);
}

function chosen<Name extends string>(value: string, names: readonly Name[], what: string): Name[] {
  return value.split(",").map((name) => {
    if (!isOneOf(names, name)) throw refuse(400, `Unsupported ${what}: ${name}`);
    return name;
  });
}

/** First and last day of a period: `yesterday`, `2020-12-31:2021-01-01` or `-10d:-3d`. Others are refused. */
function period(value: string, nowMs: number): [string, string] {
  const day = (ago: number) => new Date(nowMs - ago * dayMs).toISOString().slice(0, 10);
  if (value === "today") return [day(0), day(0)];
  if (value === "yesterday") return [day(1), day(1)];
  const dates = /^(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)$/.exec(value);
  if (dates?.[1] !== undefined && dates[2] !== undefined) return [dates[1], dates[2]];
  const days = /^-(\d{1,4})d:-(\d{1,4})d$/.exec(value);
  if (days !== null) return [day(Number(days[1])), day(Number(days[2]))];
  throw refuse(400, `Unsupported date_period: ${value}`);
}

/** The Report Service, as far as one grouped table: values are strings, totals are numbers, 204 when there is no row. */
export function reportRoutes(state: () => AdjustState): Route<undefined>[] {
  return [
    {
      method: "GET",
      path: "/reports-service/report",
      handle: (call) => {
        const query = new Map(call.query);
        for (const name of query.keys())
          if (!["dimensions", "metrics", "date_period", "app_token__in"].includes(name))
            throw refuse(400, `Unsupported parameter: ${name}`);
        for (const name of ["dimensions", "metrics", "date_period"])
          if ((query.get(name) ?? "") === "") throw refuse(400, `Missing parameter: ${name}`);
        const by = chosen(query.get("dimensions") ?? "", dimensions, "dimension");
        const sums = chosen(query.get("metrics") ?? "", metrics, "metric");
        const [from, to] = period(query.get("date_period") ?? "", call.nowMs);
        const tokens = query.get("app_token__in")?.split(",");
        const groups = new Map<string, Map<string, string | number>>();
        for (const row of state().reportRows) {
          if (row.day < from || row.day > to || (tokens !== undefined && !tokens.includes(row.app_token)))
            continue;
          const key = JSON.stringify(by.map((name) => row[name]));
          const group =
            groups.get(key) ?? new Map<string, string | number>(by.map((name) => [name, row[name]]));
          for (const name of sums) group.set(name, Number(group.get(name) ?? 0) + row[name]);
          groups.set(key, group);
        }
        if (groups.size === 0) return { status: 204 };
        const rows = [...groups.values()].map(
          (group): Json => Object.fromEntries([...group].map(([name, value]) => [name, String(value)])),
        );
        const totals = Object.fromEntries(
          sums.map((name) => [
            name,
            [...groups.values()].reduce((sum, group) => sum + Number(group.get(name)), 0),
          ]),
        );
        return { status: 200, json: { rows, totals, warnings: [], pagination: null } };
      },
    },
  ];
}
