import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addProducts } from "../../../../local/simulator/index.ts";
import { inDays } from "../plan/support.ts";
import { app, type Body, gems, gemsId, startPrices } from "./support.ts";

const end = inDays(14);
const rowOf = ({ app, product, status, error }: Body) => [
  product?.productId ?? app.bundleId ?? app.id,
  status,
  error?.code ?? null,
  error?.field ?? null,
];

/** A list of good rows and bad ones, as a sale has it. */
const mixed = [
  { app, product: gems(7), price: 4.99, endDate: end },
  { app, product: "com.example.nothing", price: "1.99" },
  { app, product: gems(5), price: "4.97" },
  { app: "1480000001", product: gemsId(7), territory: "GBR", price: "3.99" },
  { app: "com.example.none", price: "1.99" },
  { app, product: gems(8), price: "8.99" },
  { app: "com.example.harborkings.stickers", price: "1.99" },
];

describe("PlanPriceChanges", () => {
  it("answers good rows beside bad ones, each with its field, and changes nothing", async () => {
    await using prices = await startPrices();
    const plan = await prices.ask("PlanPriceChanges", { changes: mixed });
    assert.match(plan.planId, /^[a-z0-9]{21}$/);
    assert.equal(plan.status, "ready");
    assert.deepEqual(plan.summary, { products: 6, changed: 1, unchanged: 1, rejected: 4 });
    assert.deepEqual(plan.items.map(rowOf), [
      [gems(7), "changed", null, null],
      ["com.example.nothing", "rejected", "product_not_found", "changes[1].product"],
      [gems(5), "rejected", "price_not_found", "changes[2].price"],
      ["com.example.none", "rejected", "app_not_found", "changes[4].app"],
      [gems(8), "unchanged", null, null],
      ["com.example.harborkings.stickers", "rejected", "no_price_schedule", null],
    ]);
    // Two spellings of one product are one item, with the changes of both.
    assert.deepEqual(plan.items[0].changes, [0, 3]);
    const left = Date.parse(plan.expiresAt) - Date.now();
    assert.ok(left > 23 * 3_600_000 && left <= 24 * 3_600_000);
    assert.deepEqual(prices.writes(), {});
  });

  it("takes the same list as CSV, and names its lines", async () => {
    await using prices = await startPrices();
    const csv = [
      "\uFEFFapp;product;territory;price;endDate;currency",
      `${app};${gems(7)};;4.99;${end};USD`,
      `${app};com.example.nothing;;1.99;;`,
      `${app};${gems(5)};;4.97;;`,
      `${app};${gems(6)};GBR;3.99;;USD`,
    ].join("\r\n");
    for (const call of [
      { input: { csv } },
      { body: csv, headers: { "content-type": "text/csv; charset=utf-8" } },
    ]) {
      const { status, json } = await prices.relay.call("PlanPriceChanges", call);
      assert.equal(status, 200);
      const plan: Body = json;
      assert.deepEqual(plan.items.map(rowOf), [
        [gems(7), "changed", null, null],
        ["com.example.nothing", "rejected", "product_not_found", "csv line 3, product"],
        [gems(5), "rejected", "price_not_found", "csv line 4, price"],
        [gems(6), "rejected", "currency_mismatch", "csv line 5, currency"],
      ]);
    }
    const wrong = await prices.relay.call("PlanPriceChanges", {
      input: { csv: `app,price\n${app},"4,99"\n,1\n` },
    });
    assert.equal(wrong.status, 400);
    assert.deepEqual(
      wrong.error?.details?.map(({ field }) => field),
      ["csv line 2, price", "csv line 3, app"],
    );
  });

  it("refuses what is wrong without asking Apple, all of it at once", async () => {
    await using prices = await startPrices();
    const wrong = await prices.relay.call("PlanPriceChanges", {
      input: { changes: [{ app, price: "x" }, { app, price: 1, endDate: inDays(-1) }, 5], rounding: "half" },
    });
    assert.equal(wrong.status, 400);
    const fields = wrong.error?.details?.map(({ field }) => field) ?? [];
    assert.ok(fields.includes("rounding"), fields.join());
    for (const input of [
      {},
      { changes: [] },
      { csv: "" },
      { changes: [{ app, price: 1 }], csv: "app,price" },
    ]) {
      assert.equal((await prices.relay.call("PlanPriceChanges", { input })).status, 400);
    }
    const rows = await prices.relay.call("PlanPriceChanges", {
      input: { changes: [{ app, price: "x" }, { app, price: 1, endDate: inDays(-1) }, 5] },
    });
    assert.deepEqual(
      rows.error?.details?.map(({ field }) => field),
      ["changes[0].price", "changes[1].endDate", "changes[2]"],
    );
    assert.deepEqual(prices.relay.simulator.requests, []);
  });

  it("holds the settings' limits of products and of percent", async () => {
    await using prices = await startPrices({ prices: { maxItems: 2, maxChangePercent: 30 } });
    const many = [5, 6, 7].map((number) => ({ app, product: gems(number), price: "4.99" }));
    const { status, error } = await prices.relay.call("PlanPriceChanges", { input: { changes: many } });
    assert.equal(status, 400);
    assert.match(error?.message ?? "", /3 products.*2 at a time.*PRICE_MAX_ITEMS/);
    assert.deepEqual(prices.relay.simulator.requests, []);
    const plan = await prices.ask("PlanPriceChanges", { changes: many.slice(1) });
    assert.deepEqual(plan.items.map(rowOf), [
      [gems(6), "changed", null, null],
      [gems(7), "rejected", "change_too_large", "changes[1].price"],
    ]);
  });

  it("is a job where there are more products than a call can read, with the same answer", async () => {
    await using prices = await startPrices();
    const { resources } = prices.relay.simulator.world.appStoreConnect;
    const ids = addProducts(resources, "1480000001", 150);
    const changes = ids.map((product, place) => ({ app, product, price: place === 7 ? "4.97" : "0.99" }));
    const started = await prices.relay.call("PlanPriceChanges", { input: { changes } });
    assert.equal(started.status, 202);
    const early = await prices.relay.call("GetPricePlan", { input: { planId: Object(started.json).jobId } });
    assert.deepEqual(
      [early.status, Object(early.json).status, Object(early.json).expiresAt],
      [200, "planning", null],
    );
    const refused = await prices.relay.call("ApplyPricePlan", {
      input: { planId: Object(started.json).jobId },
    });
    assert.deepEqual([refused.status, refused.error?.code], [409, "rejected"]);
    assert.match(refused.error?.message ?? "", /it is planning/);

    await prices.workOff();
    const plan: Body = (await prices.resultAt(started.headers.location)).json;
    assert.equal(plan.status, "ready");
    assert.deepEqual([plan.summary.products, plan.summary.rejected, plan.items.length], [150, 1, 100]);
    assert.equal(plan.summary.changed + plan.summary.unchanged, 149);
    assert.deepEqual(rowOf(plan.items[7]).slice(1), ["rejected", "price_not_found", "changes[7].price"]);
    const read = await prices.ask("GetPricePlan", { planId: plan.planId });
    assert.deepEqual(read.items, plan.items);
    assert.deepEqual(prices.writes(), {});
  });

  it("leaves to a job what a passing fault kept from being read", async () => {
    await using prices = await startPrices();
    prices.relay.simulator.faults.add({
      path: "*6700000007/manualPrices",
      times: 4,
      fault: { kind: "status", status: 503 },
    });
    const plan = await prices.finish("PlanPriceChanges", { changes: mixed });
    assert.deepEqual(plan.summary, { products: 6, changed: 1, unchanged: 1, rejected: 4 });
    assert.deepEqual(plan.items.map(rowOf)[1], [
      "com.example.nothing",
      "rejected",
      "product_not_found",
      "changes[1].product",
    ]);
  });
});

describe("PlanPriceChange", () => {
  it("answers its one row flat, with its product beside it", async () => {
    await using prices = await startPrices();
    const { items, ...flat } = await prices.ask("PlanPriceChange", {
      app,
      product: gems(7),
      price: "3.99",
      territory: "",
      rounding: null,
    });
    assert.deepEqual(flat, {
      planId: flat.planId,
      status: "changed",
      expiresAt: flat.expiresAt,
      productName: "350 Gems",
      territory: "USA",
      currency: "USD",
      priceBefore: "7.99",
      priceAfter: "3.99",
      percent: -50.06,
      warningText: "The price in USA goes from 7.99 to 3.99 (-50.06 %).",
      errorCode: null,
      errorMessage: null,
    });
    assert.deepEqual(items, (await prices.ask("GetPricePlan", { planId: flat.planId })).items);
  });

  it("names fields of its own in what it refuses and rejects", async () => {
    await using prices = await startPrices();
    const { status, error } = await prices.relay.call("PlanPriceChange", {
      input: { app, product: gems(7) },
    });
    assert.deepEqual([status, error?.details?.map(({ field }) => field)], [400, ["price"]]);
    const rejected = await prices.ask("PlanPriceChange", { app, product: gems(7), price: "4.97" });
    assert.deepEqual(
      [rejected.status, rejected.errorCode, rejected.priceAfter],
      ["rejected", "price_not_found", null],
    );
    assert.equal(rejected.items[0].error.field, "price");
    const unknown = await prices.ask("PlanPriceChange", { app: "com.example.none", price: "4.97" });
    assert.deepEqual([unknown.errorCode, unknown.productName], ["app_not_found", "com.example.none"]);
  });
});

describe("A plan that was made", () => {
  it("is read again with its status, until it is too old", async () => {
    await using prices = await startPrices();
    const plan = await prices.ask("PlanPriceChanges", { changes: mixed });
    const { planId } = plan;
    assert.deepEqual(await prices.ask("GetPricePlan", { planId }), plan);
    prices.skip(24 * 3_600_000);
    assert.equal((await prices.ask("GetPricePlan", { planId })).status, "expired");
  });

  it("is listed by pages, by status, as rows and as CSV", async () => {
    await using prices = await startPrices();
    const { planId, items } = await prices.ask("PlanPriceChanges", {
      changes: [...mixed, { app, product: gems(2), territory: "*", price: "0.99" }],
    });
    const all: Body[] = [];
    let query: string | undefined;
    do {
      const { status, json } = await prices.relay.call("ListPricePlanItems", {
        input: { planId },
        query: query ?? "limit=3",
      });
      assert.equal(status, 200);
      all.push(...Object(json).value);
      const { nextLink } = Object(json);
      query = nextLink === undefined ? undefined : new URL(nextLink).search.slice(1);
    } while (query !== undefined);
    assert.deepEqual(all, items);

    const rejected = await prices.ask("ListPricePlanItems", { planId, status: "rejected" });
    assert.equal(rejected.value.length, 4);
    const changed = await prices.ask("ListPricePlanItems", { planId, status: "changed", limit: 1 });
    assert.deepEqual([changed.value.length, changed.value[0].product.productId], [1, gems(7)]);
    assert.ok(changed.nextLink.includes("status=changed"));

    const rows = await prices.ask("ListPricePlanRows", { planId });
    assert.deepEqual(
      rows.value,
      items.flatMap((item: Body) => item.rows),
    );
    assert.equal(rows.value.length, 6);

    const file = await prices.ask("GetPricePlanCsv", { planId });
    const lines = String(file.csv)
      .replace(/^\uFEFF/, "")
      .trim()
      .split(/\r?\n/);
    assert.match(
      lines[0] ?? "",
      /^app,product,name,status,territory,currency,from,to,before,after,percent,warnings,error,field$/,
    );
    assert.equal(lines.length, 1 + 6 + 5);
    assert.ok(
      lines.some((line) =>
        line.startsWith(`${app},${gems(7)},350 Gems,changed,USA,USD,,${end},7.99,4.99,-37.55`),
      ),
      lines.join("\n"),
    );
  });

  it("rejects a product of which Apple answers what cannot be used, and plans the others", async () => {
    await using prices = await startPrices();
    prices.relay.simulator.faults.add({
      method: "GET",
      path: `*/${gemsId(7)}/manualPrices`,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "html" },
    });
    const changes = [7, 8].map((number) => ({ app, product: gems(number), price: "4.99" }));
    const plan = await prices.ask("PlanPriceChanges", { changes });
    const [bad, good] = plan.items;
    assert.deepEqual(
      [bad.status, bad.error.code, bad.product.productId, good.status],
      ["rejected", "bad_upstream_response", gems(7), "changed"],
    );
    assert.equal(plan.summary.rejected, 1);
    const { value } = await prices.ask("ListPricePlanItems", { planId: plan.planId, status: "rejected" });
    assert.deepEqual(value, [bad]);
  });

  it("lists as rejected what the summary counts so, also what could not be planned", async () => {
    await using prices = await startPrices();
    const ids = addProducts(prices.relay.simulator.world.appStoreConnect.resources, "1480000001", 101);
    const changes = ids.map((product) => ({ app, product, price: "0.49" }));
    const { json } = await prices.relay.call("PlanPriceChanges", { input: { changes } });
    const { jobId: planId } = Object(json);
    assert.equal((await prices.relay.call("CancelJob", { input: { jobId: planId } })).status, 200);
    await prices.workOff();
    const { summary } = await prices.ask("GetPricePlan", { planId });
    const listed = await prices.ask("ListPricePlanItems", { planId, status: "rejected", limit: 200 });
    assert.ok(summary.rejected > 0);
    assert.equal(listed.value.length, summary.rejected);
  });

  it("is not there under another ID, nor under that of a job that is no plan", async () => {
    await using prices = await startPrices();
    const { planId } = await prices.ask("PlanPriceChanges", { changes: mixed.slice(0, 1) });
    const applied = await prices.finish("ApplyPricePlan", { planId });
    for (const id of [applied.jobId, `${planId.slice(0, -1)}${planId.endsWith("0") ? "1" : "0"}`]) {
      for (const operation of [
        "GetPricePlan",
        "ListPricePlanItems",
        "ListPricePlanRows",
        "GetPricePlanCsv",
        "ApplyPricePlan",
      ]) {
        const { status, error } = await prices.relay.call(operation, { input: { planId: id } });
        assert.deepEqual([status, error?.code], [404, "not_found"]);
        assert.deepEqual(
          error?.details?.map(({ field }) => field),
          ["planId"],
        );
      }
    }
  });
});
