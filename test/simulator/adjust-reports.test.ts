import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { get, startBench, stillRuntime, type TestBench } from "./support.ts";

/** A Wednesday. */
const now = Date.UTC(2026, 10, 25, 23, 30);

const start = () => startBench({ runtime: stillRuntime(now) });

async function ask(bench: TestBench, path: string, query: Readonly<Record<string, string>>) {
  const url = `${bench.simulator.urls.adjust}/reports-service/${path}?${new URLSearchParams(query)}`;
  const response = await get(url, bench.tokens.adjust);
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  const body: Record<string, unknown> = isJson ? JSON.parse(text) : {};
  return { status: response.status, type: response.headers.get("content-type"), text, body };
}

const base = { dimensions: "country_code", metrics: "installs,network_cost", date_period: "yesterday" };

/** Values of a column, in the order of the rows. */
function column(body: Record<string, unknown>, slug: string): unknown[] {
  assert.ok(Array.isArray(body.rows), JSON.stringify(body));
  return body.rows.map((row: Record<string, unknown>) => row[slug]);
}

describe("the report", () => {
  test("has text rows and number totals, or 204 without rows", async () => {
    await using bench = await start();
    const { status, body } = await ask(bench, "report", base);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      rows: [
        { attr_dependency: {}, country_code: "US", installs: "610", network_cost: "577.2" },
        { attr_dependency: {}, country_code: "DE", installs: "710", network_cost: "631.2" },
        { attr_dependency: {}, country_code: "JP", installs: "530", network_cost: "453.2" },
      ],
      totals: { installs: 1850, network_cost: 1661.6 },
      warnings: [],
      pagination: null,
    });
    const none = await ask(bench, "report", { ...base, date_period: "2020-12-31:2021-01-01" });
    assert.deepEqual([none.status, none.text], [204, ""]);
  });

  test("adds a partner's identifiers, and writes whole money as 0.0", async () => {
    await using bench = await start();
    const { body } = await ask(bench, "report", { ...base, dimensions: "partner_name" });
    assert.deepEqual(column(body, "attr_dependency")[0], { partner_id: "-300", partner: "organic" });
    assert.deepEqual(column(body, "network_cost")[0], "0.0");
  });

  const periods: readonly [period: string, first: string, last: string][] = [
    ["today", "2026-11-25", "2026-11-25"],
    ["yesterday", "2026-11-24", "2026-11-24"],
    ["this_week", "2026-11-23", "2026-11-25"],
    ["last_week", "2026-11-16", "2026-11-22"],
    ["this_month", "2026-11-01", "2026-11-25"],
    ["this_month_until_yesterday", "2026-11-01", "2026-11-24"],
    // The world goes 40 days back.
    ["last_month", "2026-10-17", "2026-10-31"],
    ["-7d:-1d", "2026-11-18", "2026-11-24"],
    ["2026-11-10:2026-11-11", "2026-11-10", "2026-11-11"],
  ];
  test("takes the seven documented periods, days, and days back", async () => {
    await using bench = await start();
    for (const [period, first, last] of periods) {
      const { body } = await ask(bench, "report", { ...base, dimensions: "day", date_period: period });
      const days = column(body, "day").map(String).sort();
      assert.deepEqual([days[0], days.at(-1)], [first, last], period);
    }
  });

  test("begins its days where the offset says, and warns of a day that is not over", async () => {
    await using bench = await start();
    const today = { ...base, dimensions: "day", date_period: "today" };
    const here = await ask(bench, "report", today);
    assert.deepEqual(column(here.body, "day"), ["2026-11-25"]);
    assert.deepEqual(here.body.warnings, ["Data of today is not complete yet"]);
    // Half an hour later it is another day, of which nothing is known yet.
    assert.equal((await ask(bench, "report", { ...today, utc_offset: "+01:00" })).status, 204);
  });

  const refused: readonly [change: Record<string, string>, text: string][] = [
    [{ date_period: "last_7_days" }, "Unsupported date_period: last_7_days"],
    [{ date_period: "this_year" }, "Unsupported date_period: this_year"],
    [{ date_period: "-1d:-7d" }, "Unsupported date_period: -1d:-7d"],
    [{ date_period: "" }, "Missing parameter: date_period"],
    [{ metrics: "installs,currency" }, "Unsupported metric: currency"],
    [{ dimensions: "weather" }, "Unsupported dimension: weather"],
    [{ limit: "1" }, "Unsupported parameter: limit"],
    [{ readable_names: "true" }, "Unsupported parameter: readable_names"],
    [{ attribution_types: "click,view" }, "Unsupported attribution_types: view"],
    [{ utc_offset: "CET" }, "Unsupported utc_offset: CET"],
    [{ sort: "-clicks" }, "Unsupported sort: clicks"],
    [{ weather__in: "rain" }, "Unsupported parameter: weather__in"],
    [{ country__gt: "1" }, "Unsupported parameter: country__gt"],
    [{ installs__gt: "many" }, "Unsupported value of installs__gt: many"],
    [{ currency: "XXX" }, "Unsupported currency: XXX"],
  ];
  test("refuses what it does not know, by name", async () => {
    await using bench = await start();
    for (const [change, text] of refused) {
      const { status, body } = await ask(bench, "report", { ...base, ...change });
      assert.deepEqual([status, body], [400, { detail: text }]);
    }
  });

  const filters: readonly [filter: Record<string, string>, codes: string[]][] = [
    [{ country_code__in: "US,JP" }, ["US", "JP"]],
    [{ country_code__not_in: "US" }, ["DE", "JP"]],
    [{ country__contains: "an" }, ["DE", "JP"]],
    [{ country__contains: "STATES" }, ["US"]],
    [{ country__exclude: "japan" }, ["US", "DE"]],
    [{ country__starts_with: "ger" }, ["DE"]],
    [{ country__not_starts_with: "ger" }, ["US", "JP"]],
    [{ country__ends_with: "any" }, ["DE"]],
    [{ country__not_ends_with: "any" }, ["US", "JP"]],
    [{ installs__gt: "610" }, ["DE"]],
    [{ installs__gte: "610" }, ["US", "DE"]],
    [{ installs__lt: "610" }, ["JP"]],
    [{ installs__lte: "610" }, ["US", "JP"]],
    [{ installs__eq: "710" }, ["DE"]],
    [{ installs__ne: "710" }, ["US", "JP"]],
    [{ sort: "installs" }, ["JP", "US", "DE"]],
    [{ sort: "-installs" }, ["DE", "US", "JP"]],
    [{ sandbox: "false", reattributed: "all", os_names: "ios,android" }, ["US", "DE", "JP"]],
  ];
  test("filters and sorts", async () => {
    await using bench = await start();
    for (const [filter, codes] of filters) {
      const { body } = await ask(bench, "report", { ...base, ...filter });
      assert.deepEqual(column(body, "country_code"), codes, JSON.stringify(filter));
    }
    for (const nothing of [{ sandbox: "true" }, { reattributed: "true" }, { os_names: "windows" }]) {
      assert.equal((await ask(bench, "report", { ...base, ...nothing })).status, 204);
    }
  });

  test("counts every engagement unless some are named", async () => {
    await using bench = await start();
    const installs = async (query: Record<string, string>) =>
      Object((await ask(bench, "report", { ...base, ...query })).body.totals).installs;
    const parts = await Promise.all(
      ["click", "impression", "engaged_ad"].map((attribution_types) => installs({ attribution_types })),
    );
    assert.equal(
      parts.reduce((sum, part) => sum + part, 0),
      1850,
    );
    assert.ok(parts.every((part) => part > 0));
    assert.equal(await installs({}), 1850);
  });

  test("converts money, and nothing else", async () => {
    await using bench = await start();
    const { body } = await ask(bench, "report", { ...base, currency: "EUR" });
    assert.deepEqual(body.totals, { installs: 1850, network_cost: 830.8 });
  });
});

describe("the report as CSV", () => {
  test("has slugs or readable names for a header, and 204 without rows", async () => {
    await using bench = await start();
    const asked = { ...base, dimensions: "country", country_code__in: "US" };
    const { status, type, text } = await ask(bench, "csv_report", asked);
    assert.deepEqual([status, type], [200, "text/csv; charset=utf-8"]);
    assert.equal(text, "country,installs,network_cost\nUnited States of America,610,577.2\n");
    const readable = await ask(bench, "csv_report", { ...asked, readable_names: "true" });
    assert.match(readable.text, /^Country,Installs,Ad Spend \(Network\)\n/);
    assert.equal((await ask(bench, "csv_report", { ...asked, sandbox: "true" })).status, 204);
  });

  test("quotes what holds a comma, a quote or a line end", async () => {
    await using bench = await start();
    for (const fact of bench.simulator.world.adjust.reportFacts) fact.country = 'A "b", c';
    const { text } = await ask(bench, "csv_report", { ...base, dimensions: "country", metrics: "installs" });
    assert.equal(text, 'country,installs\n"A ""b"", c",1850\n');
  });
});

describe("the catalogue of reports", () => {
  test("answers the lists asked for, narrowed by section and text", async () => {
    await using bench = await start();
    const ids = async (query: Record<string, string>) =>
      Object.fromEntries(
        Object.entries((await ask(bench, "filters_data", query)).body).map(([name, entries]) => [
          name,
          (entries as { id: string }[]).map(({ id }) => id),
        ]),
      );
    assert.deepEqual(await ids({ required_filters: "apps,currencies" }), {
      apps: ["hk1ios2game3", "hk9and8game7", "sw4ios5calm6", "dash0only0ap"],
      currencies: ["USD", "EUR", "JPY"],
    });
    assert.deepEqual(await ids({ required_filters: "overview_metrics", section: "revenue" }), {
      overview_metrics: ["all_revenue"],
    });
    assert.deepEqual(
      await ids({ required_filters: "overview_metrics", overview_metrics__contains: "CLICK" }),
      { overview_metrics: ["clicks"] },
    );
    assert.deepEqual(await ids({ required_filters: "attributes" }), { attributes: [] });
    for (const wrong of [
      {},
      { required_filters: "apps", apps_contains: "x" },
      { required_filters: "pets" },
    ]) {
      assert.equal((await ask(bench, "filters_data", wrong)).status, 400);
    }
  });
});

describe("the rate limit", () => {
  test("takes 100 calls at once and 50 a second after that", async () => {
    const runtime = stillRuntime(now);
    await using bench = await startBench({ runtime });
    const statuses = async (calls: number) => {
      const all = await Promise.all(Array.from({ length: calls }, () => ask(bench, "report", base)));
      return all.filter(({ status }) => status === 429).length;
    };
    assert.equal(await statuses(103), 3);
    runtime.set(now + 100);
    assert.equal(await statuses(7), 2, "a tenth of a second is five calls");
    bench.simulator.world.adjust.enforceReportLimit = false;
    assert.equal(await statuses(20), 0);
  });
});
