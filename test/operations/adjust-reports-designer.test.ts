/** What a designer asks while a flow is built: dropdowns, and the columns of a report. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

const path = "/reports-service/filters_data";

describe("Dropdowns of reports", () => {
  it("have every metric of every list, by name and slug", async () => {
    await using relay = await startRelay();
    const { json } = await relay.call("LookUpAdjustMetrics");
    assert.deepEqual(Object(json).value, [
      { id: "cost", title: "Ad Spend (cost)" },
      { id: "network_cost", title: "Ad Spend (Network) (network_cost)" },
      { id: "all_revenue", title: "All Revenue (all_revenue)" },
      { id: "all_revenue_total_d7", title: "All Revenue Total 7D (all_revenue_total_d7)" },
      { id: "clicks", title: "Clicks (clicks)" },
      { id: "impressions", title: "Impressions (impressions)" },
      { id: "installs", title: "Installs (installs)" },
      { id: "purchase_events", title: "Purchase (Events) (purchase_events)" },
      { id: "skad_installs", title: "SKAN Installs (skad_installs)" },
    ]);
    const lists = "overview_metrics%2Ccost_metrics%2Ccohort_metrics%2Cevent_metrics%2Cskad_metrics";
    assert.equal(relay.simulator.requests[0]?.url, `${path}?required_filters=${lists}`);
  });

  it("have the dimensions, and every app that has data, those of the dashboard too", async () => {
    await using relay = await startRelay();
    const ids = async (id: string, input = {}) =>
      Object((await relay.call(id, { input })).json).value.map((item: { id: string }) => item.id);
    assert.ok((await ids("LookUpAdjustDimensions")).includes("partner_name"));
    assert.deepEqual((await ids("LookUpAdjustReportApps")).sort(), [
      "dash0only0ap",
      "hk1ios2game3",
      "hk9and8game7",
      "sw4ios5calm6",
    ]);
    assert.deepEqual(await ids("LookUpAdjustReportOptions", { list: "currencies" }), ["EUR", "JPY", "USD"]);
    const { status } = await relay.call("LookUpAdjustReportOptions", { input: { list: "partners" } });
    assert.equal(status, 400);
  });

  it("pass over what cannot be chosen, and are empty where there is nothing", async () => {
    await using relay = await startRelay();
    const bodies = [
      {
        dimensions: [
          { id: "day" },
          { name: "No ID" },
          { id: null },
          { id: 7, name: "Seven" },
          { id: "day", name: "Twice" },
        ],
      },
      {},
      { dimensions: null },
    ];
    for (const body of bodies)
      relay.simulator.faults.add({ path, fault: { kind: "status", status: 200, body } });
    assert.deepEqual(Object((await relay.call("LookUpAdjustDimensions")).json).value, [
      { id: "day", title: "day" },
      { id: "7", title: "Seven (7)" },
    ]);
    for (const _body of bodies.slice(1)) {
      assert.deepEqual((await relay.call("LookUpAdjustDimensions")).json, { value: [] });
    }
    relay.simulator.faults.add({ path, fault: { kind: "no-content" } });
    assert.deepEqual((await relay.call("LookUpAdjustDimensions")).json, { value: [] });
  });

  it("say so when there are too many entries, or no entries at all", async () => {
    await using relay = await startRelay();
    const dimensions = Array.from({ length: 5_001 }, (_, index) => ({ id: `d${index}` }));
    relay.simulator.faults.add({ path, fault: { kind: "status", status: 200, body: { dimensions } } });
    const many = await relay.call("LookUpAdjustDimensions");
    assert.deepEqual([many.status, many.error?.code], [422, "rejected"]);
    for (const body of [[], { dimensions: ["day"] }]) {
      relay.simulator.faults.add({ path, fault: { kind: "status", status: 200, body } });
      const { status, error } = await relay.call("LookUpAdjustDimensions");
      assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
    }
  });
});

describe("The columns of a report", () => {
  it("are described by what is asked for, without a call of Adjust", async () => {
    await using relay = await startRelay();
    const { json } = await relay.call("DescribeAdjustReport", {
      query: "dimensions=day,partner_name&metrics=network_cost",
    });
    const column = (type: string, title: string, description: string) => {
      return { type, title, description, "x-ms-summary": title };
    };
    assert.deepEqual(json, {
      schema: {
        type: "object",
        properties: {
          day: column("string", "Day", "The dimension day."),
          partner_name: column("string", "Partner name", "The dimension partner_name."),
          network_cost: column("number", "Network cost", "The metric network_cost."),
        },
      },
    });
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("fit the rows that a report has", async () => {
    await using relay = await startRelay();
    const columns = {
      dimensions: ["day", "app", "country_code"],
      metrics: ["installs", "cost", "purchase_events"],
    };
    const described = await relay.call("DescribeAdjustReport", {
      input: { dimensions: columns.dimensions.join(), metrics: columns.metrics.join() },
    });
    const report = await relay.call("GetAdjustReport", { input: { ...columns, lastDays: 2 } });
    const properties: Record<string, { type: string }> = Object(described.json).schema.properties;
    const rows: Record<string, unknown>[] = Object(report.json).value;
    assert.equal(rows.length, 24);
    for (const row of rows) {
      assert.deepEqual(
        Object.entries(row).map(([slug, value]) => [slug, typeof value]),
        Object.entries(properties).map(([slug, { type }]) => [slug, type]),
      );
    }
  });

  it("need both lists, of slugs", async () => {
    await using relay = await startRelay();
    for (const [query, fields] of [
      ["dimensions=day", ["metrics"]],
      ["dimensions=&metrics=", ["dimensions", "metrics"]],
      ["dimensions=day,%20app&metrics=installs", ["dimensions"]],
    ] as const) {
      const { status, error } = await relay.call("DescribeAdjustReport", { query });
      assert.deepEqual([status, error?.details?.map(({ field }) => field)], [400, fields]);
    }
  });
});
