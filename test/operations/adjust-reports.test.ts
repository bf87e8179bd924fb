/** Adjust reports as rows: what is sent, what comes back, and what Adjust's faults become. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openAdjust } from "../../functions/adjust/client.ts";
import { fetchReport } from "../../functions/adjust/reports/fetch.ts";
import { reportLimit } from "../../functions/adjust/reports/limit.ts";
import { checkReport } from "../../functions/adjust/reports/query.ts";
import { RelayError } from "../../functions/errors.ts";
import { systemRuntime } from "../../functions/runtime.ts";
import { createPacer } from "../../functions/upstream/budget.ts";
import { startDeadline } from "../../functions/upstream/deadline.ts";
import type { Json } from "../../local/simulator/core/json.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

const asked = { dimensions: ["partner_name"], metrics: ["installs", "network_cost"], period: "yesterday" };

/** What the last call had in its query. */
function sentQuery(relay: Relay): Record<string, string> {
  const url = relay.simulator.requests.at(-1)?.url ?? assert.fail("Nothing was sent.");
  return Object.fromEntries(new URL(url, "http://adjust.test").searchParams);
}

const get = (relay: Relay, change: Record<string, unknown> = {}): Promise<Answer> =>
  relay.call("GetAdjustReport", { input: { ...asked, ...change } });

const path = "/reports-service/report";

const megabyte = 1024 * 1024;

describe("An Adjust report", () => {
  it("has dimensions as text and metrics as numbers, and nothing for Adjust's own dashboard", async () => {
    await using relay = await startRelay();
    const { status, json } = await get(relay);
    assert.equal(status, 200);
    assert.deepEqual(json, {
      value: [
        { partner_name: "Organic", installs: 386, network_cost: 0 },
        { partner_name: "AppLovin", installs: 760, network_cost: 628.7 },
        { partner_name: "Facebook", installs: 704, network_cost: 1032.9 },
      ],
      totals: { installs: 1850, network_cost: 1661.6 },
      warnings: [],
      rowCount: 3,
      period: "yesterday",
    });
  });

  it("without rows is empty", async () => {
    await using relay = await startRelay();
    const { status, json } = await get(relay, { period: "2001-01-01:2001-01-31" });
    const nothing = { value: [], totals: {}, warnings: [], rowCount: 0, period: "2001-01-01:2001-01-31" };
    assert.deepEqual([status, json], [200, nothing]);
  });

  it("passes on what Adjust warns of", async () => {
    await using relay = await startRelay();
    const { json } = await get(relay, { period: "today" });
    assert.deepEqual(Object(json).warnings, ["Data of today is not complete yet"]);
  });

  it("is asked for with everything that Adjust would choose by itself", async () => {
    await using relay = await startRelay();
    await get(relay);
    assert.deepEqual(sentQuery(relay), {
      dimensions: "partner_name",
      metrics: "installs,network_cost",
      date_period: "yesterday",
      attribution_types: "click,impression,engaged_ad",
      attribution_source: "dynamic",
      reattributed: "all",
      utc_offset: "+00:00",
      sandbox: "false",
      format_dates: "false",
    });
  });

  it("is asked for with every field, in Adjust's spelling", async () => {
    await using relay = await startRelay();
    const { status, error } = await get(relay, {
      appTokens: ["hk1ios2game3", "dash0only0ap"],
      countries: ["us", "DE"],
      osNames: ["ios"],
      partners: ["AppLovin"],
      filters: { app__contains: "Harbor", country_code__not_in: ["JP", "FR"], installs__gt: 1 },
      attributionTypes: ["click"],
      attributionSource: "first",
      reattributed: "false",
      utcOffset: "-08:00",
      currency: "EUR",
      adSpendMode: "network",
      adRevenueSources: ["unknown"],
      iapRevenueMode: "GROSS_70",
      cohortMaturity: "mature",
      periodOverPeriod: "previous_week",
      sandbox: false,
      sort: ["-installs", "partner_name"],
      credential: "demo-adjust",
    });
    assert.equal(status, 200, JSON.stringify(error));
    assert.deepEqual(sentQuery(relay), {
      dimensions: "partner_name",
      metrics: "installs,network_cost",
      date_period: "yesterday",
      app_token__in: "hk1ios2game3,dash0only0ap",
      country_code__in: "US,DE",
      os_names: "ios",
      partner_name__in: "AppLovin",
      attribution_types: "click",
      attribution_source: "first",
      reattributed: "false",
      utc_offset: "-08:00",
      sandbox: "false",
      format_dates: "false",
      currency: "EUR",
      ad_spend_mode: "network",
      ad_revenue_sources: "unknown",
      iap_revenue_mode: "GROSS_70",
      cohort_maturity: "mature",
      period_over_period: "previous_week",
      sort: "-installs,partner_name",
      app__contains: "Harbor",
      country_code__not_in: "JP,FR",
      installs__gt: "1",
    });
  });

  it("takes what flows send for fields that were left empty", async () => {
    await using relay = await startRelay();
    await get(relay);
    const plain = sentQuery(relay);
    const { status } = await get(relay, {
      lastDays: "",
      startDate: null,
      endDate: "",
      appTokens: [],
      countries: null,
      filters: { app__contains: "", installs__gt: null },
      attributionTypes: null,
      sandbox: "false",
      sort: [],
    });
    assert.equal(status, 200);
    assert.deepEqual(sentQuery(relay), plain);
  });

  it("keeps a value that a number cannot hold, and what else a row has", async () => {
    await using relay = await startRelay();
    const row = (installs: Json) => ({
      attr_dependency: { partner_id: "34" },
      installs,
      installs_previous_week: "7",
      partner_name: 34,
      __proto__x: null,
    });
    const values: readonly [sent: Json, got: Json][] = [
      ["64", 64],
      ["0.0", 0],
      ["-3.50", -3.5],
      [12, 12],
      [null, null],
      ["1e-07", 1e-7],
      ["31.700000000000003", 31.700000000000003],
      ["9007199254740993", "9007199254740993"],
      ["0.12345678901234567890", "0.12345678901234567890"],
      ["1e999", "1e999"],
      ["1,234", "1,234"],
      ["0x10", "0x10"],
      [" 5", " 5"],
      ["N/A", "N/A"],
      ["", ""],
    ];
    const body = { rows: values.map(([sent]) => row(sent)), totals: { installs: "64.5" } };
    relay.simulator.faults.add({ path, fault: { kind: "status", status: 200, body } });
    const { json } = await get(relay, { metrics: ["installs"] });
    assert.deepEqual(
      Object(json).value.map((found: { installs: unknown }) => found.installs),
      values.map(([, got]) => got),
    );
    assert.deepEqual(Object(json).value[0], {
      partner_name: "34",
      installs: 64,
      installs_previous_week: "7",
      __proto__x: null,
    });
    assert.deepEqual([Object(json).totals, Object(json).warnings], [{ installs: 64.5 }, []]);
  });

  it("says so when Adjust cut it, and turns warnings that are no text into text", async () => {
    await using relay = await startRelay();
    const body = { rows: [], totals: {}, warnings: ["Late", { code: 7 }], pagination: { next: 2 } };
    relay.simulator.faults.add({ path, fault: { kind: "status", status: 200, body } });
    const { json } = await get(relay);
    assert.deepEqual(Object(json).warnings, [
      "Late",
      '{"code":7}',
      "Adjust says that it cut this report into pages: rows may be missing.",
    ]);
  });
});

describe("What a report refuses before anything is sent", () => {
  const rows: readonly [what: string, change: Record<string, unknown>, fields: string[]][] = [
    ["no dimension", { dimensions: [] }, ["dimensions"]],
    ["no metric", { metrics: [] }, ["metrics"]],
    ["metrics in one text", { metrics: "installs,clicks" }, ["metrics"]],
    ["a metric with a comma", { metrics: ["installs,clicks"] }, ["metrics[0]"]],
    ["a metric twice", { metrics: ["installs", "installs"] }, ["metrics"]],
    ["a dimension twice", { dimensions: ["day", "app", "day"] }, ["dimensions"]],
    ["an app token in capitals", { appTokens: ["HK1"] }, ["appTokens[0]"]],
    ["a country of three letters", { countries: ["USA"] }, ["countries[0]"]],
    ["a partner with a comma", { partners: ["One, Two"] }, ["partners[0]"]],
    ["no attribution type", { attributionTypes: [] }, ["attributionTypes"]],
    ["an offset without a sign", { utcOffset: "01:00" }, ["utcOffset"]],
    ["an offset in words", { utcOffset: "CET" }, ["utcOffset"]],
    ["a currency in small letters", { currency: "usd" }, ["currency"]],
    ["sandbox in words", { sandbox: "yes" }, ["sandbox"]],
    ["a filter without an operator", { filters: { campaign: "x" } }, ["filters.campaign"]],
    ["an operator that is not known", { filters: { campaign__like: "x" } }, ["filters.campaign__like"]],
    ["another parameter as a filter", { filters: { sandbox: "true" } }, ["filters.sandbox"]],
    ["a filter that ends the query", { filters: { "a&b__in": "x" } }, ["filters.a&b__in"]],
    ["a list for a text", { filters: { campaign__contains: ["a", "b"] } }, ["filters.campaign__contains"]],
    ["an empty list", { filters: { campaign__in: [] } }, ["filters.campaign__in"]],
    ["a value with a comma", { filters: { campaign__in: ["a,b"] } }, ["filters.campaign__in[0]"]],
    ["a value that is an object", { filters: { campaign__in: [{}] } }, ["filters.campaign__in[0]"]],
    ["text for a number", { filters: { installs__gt: "many" } }, ["filters.installs__gt"]],
    ["yes for a text", { filters: { campaign__contains: true } }, ["filters.campaign__contains"]],
    [
      "one filter in two places",
      { appTokens: ["hk1ios2game3"], filters: { app_token__in: "sw4ios5calm6" } },
      ["filters.app_token__in"],
    ],
    [
      "101 filters",
      { filters: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`m${index}__gt`, 1])) },
      ["filters"],
    ],
    [
      "more than fits into a URL",
      { filters: { campaign__in: "x".repeat(4_000), app__in: "y".repeat(4_000) } },
      ["body"],
    ],
    [
      "everything at once",
      { metrics: ["installs", "installs"], period: "", filters: { x: 1 }, partners: ["a,b"] },
      ["metrics", "period", "partners[0]", "filters.x"],
    ],
  ];
  for (const [what, change, fields] of rows) {
    it(what, async () => {
      await using relay = await startRelay();
      for (const operation of ["GetAdjustReport", "GetAdjustReportCsv"]) {
        const { status, error } = await relay.call(operation, { input: { ...asked, ...change } });
        assert.deepEqual([status, error?.code], [400, "invalid_input"], operation);
        assert.deepEqual(error?.details?.map(({ field }) => field).sort(), [...fields].sort());
      }
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});

describe("What Adjust says of a report", () => {
  it("reaches the caller: a metric that it does not know", async () => {
    await using relay = await startRelay();
    const { status, error } = await get(relay, { metrics: ["currency"] });
    assert.deepEqual([status, error?.code, error?.outcome], [422, "rejected", "none"]);
    assert.equal(error?.upstream?.message, "Unsupported metric: currency");
  });

  it("is asked again after a passing fault", async () => {
    for (const status of [429, 500, 503, 504]) {
      await using relay = await startRelay();
      relay.simulator.faults.add({ path, fault: { kind: "status", status } });
      assert.equal((await get(relay)).status, 200, String(status));
      assert.equal(relay.simulator.requests.length, 2);
    }
  });

  it("too slowly leads to a smaller report", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ path, fault: { kind: "status", status: 504 }, times: 4 });
    const slow = await get(relay);
    assert.deepEqual(
      [slow.status, slow.error?.code, slow.error?.upstream?.status],
      [502, "upstream_unavailable", 504],
    );
    assert.match(slow.error?.hint ?? "", /fewer days, dimensions or apps, or run the report as a job/);
    assert.equal(slow.error?.retryable, true);

    relay.simulator.faults.add({ path, fault: { kind: "stall", at: "before-headers" } });
    const late = await relay.call("GetAdjustReport", { input: asked, deadlineMs: 300 });
    assert.deepEqual([late.status, late.error?.code], [504, "upstream_timeout"]);
    assert.match(late.error?.hint ?? "", /fewer days/);
  });

  it("at too great length leads to a job", async () => {
    await using relay = await startRelay();
    for (const contentLength of [true, false]) {
      relay.simulator.faults.add({ path, fault: { kind: "oversized", contentLength } });
      const { status, error } = await get(relay);
      assert.deepEqual([status, error?.code, error?.retryable], [502, "bad_upstream_response", false]);
      assert.match(error?.message ?? "", /larger than the 10 MB/);
      assert.match(error?.hint ?? "", /as a job/);
    }
  });

  it("at great length is read in a job, as far as its own bound goes", async () => {
    await using relay = await startRelay();
    const rows = Array.from({ length: 230_000 }, (_, index) => ({
      app: `App ${index}`,
      installs: "1",
      clicks: "2",
    }));
    relay.simulator.faults.add({ path, fault: { kind: "status", status: 200, body: { rows } }, times: 2 });
    const deadline = startDeadline(systemRuntime, 30_000);
    const adjust = await openAdjust({ ...relay.services, deadline, credentialName: undefined });
    const checked = checkReport({ dimensions: ["app"], metrics: ["installs"], lastDays: 1 }, Date.now());
    const report = await fetchReport(adjust, checked, { maxBytes: 20 * megabyte });
    assert.deepEqual(
      [report.rowCount, report.value.at(-1)],
      [230_000, { app: "App 229999", installs: 1, clicks: "2" }],
    );
    await assert.rejects(fetchReport(adjust, checked, { maxBytes: megabyte }), /larger than the 1 MB/);
    relay.simulator.faults.add({ path, fault: { kind: "oversized", bytes: 13 * megabyte } });
    await assert.rejects(fetchReport(adjust, checked, { maxBytes: 12 * megabyte }), (error) => {
      assert.ok(error instanceof RelayError);
      assert.deepEqual(
        [error.message, error.hint],
        ["The report is larger than the 12 MB that are read.", "Ask for fewer days, dimensions or apps."],
      );
      return true;
    });
    deadline.clear();
  });

  it("in no form that it documents is not taken for a report", async () => {
    const wrong: Json[] = [[], {}, { rows: {} }, { rows: [1] }, { rows: [[]] }, "text", null];
    await using relay = await startRelay();
    for (const body of wrong) {
      relay.simulator.faults.add({
        path,
        fault: { kind: "status", status: 200, body },
      });
      const { status, error } = await get(relay);
      assert.deepEqual([status, error?.code, error?.source], [502, "bad_upstream_response", "adjust"]);
    }
    for (const fault of [
      { kind: "html" },
      { kind: "empty" },
      { kind: "content-type", value: "text/csv" },
      { kind: "gzip-bomb", variant: "ratio" },
    ] as const) {
      relay.simulator.faults.add({ path, fault });
      const { status, error } = await get(relay);
      assert.deepEqual([status, error?.code], [502, "bad_upstream_response"], fault.kind);
    }
  });
});

describe("Many reports at once", () => {
  it("are never refused by a service that takes 50 a second and 100 at once", async () => {
    await using relay = await startRelay();
    const start = performance.now();
    const calls = Array.from({ length: 230 }, (_, index) =>
      index % 3 === 0
        ? relay.call("LookUpAdjustMetrics")
        : relay.call(index % 3 === 1 ? "GetAdjustReport" : "GetAdjustReportCsv", { input: asked }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    assert.deepEqual(new Set(statuses), new Set([200]));
    // The simulator enforces the published rate, so what it refused would stand here as a 429.
    assert.equal(relay.simulator.requests.length, 230);
    assert.deepEqual(new Set(relay.simulator.requests.map(({ status }) => status)), new Set([200]));
    assert.ok(performance.now() - start >= 4_000, "230 calls take four seconds and the rest of a fifth");
  });

  it("leave at 50 in any second at most, the burst left to others", () => {
    let now = 0;
    const pacer = createPacer({ now: () => now });
    const payer = { account: "a", endpoint: "a GET /report", published: reportLimit };
    const times: number[] = [];
    while (times.length < 500) {
      const wait = pacer.take(payer);
      if (wait === 0) times.push(now);
      else now += wait;
    }
    const most = Math.max(...times.map((end) => times.filter((at) => at > end - 1_000 && at <= end).length));
    assert.equal(most, 50);
    assert.ok(now <= 9_300, `500 calls took ${now} ms: slower than what is allowed`);
  });
});
