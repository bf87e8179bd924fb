import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addDays } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { addProducts } from "../../../../local/simulator/index.ts";
import { inDays, shown } from "../plan/support.ts";
import { app, type Body, gems, gemsId, type Prices, startPrices } from "./support.ts";

const end = inDays(14);

/** Plans and applies, and answers the job's result. */
async function apply(prices: Prices, changes: readonly unknown[]): Promise<Body> {
  const { planId } = await prices.ask("PlanPriceChanges", { changes });
  return prices.finish("ApplyPricePlan", { planId });
}

const pricesOf = (prices: Prices, number: number) =>
  shown(prices.item(gemsId(number)).manualPrices ?? []).toSorted();
const codes = (item: Body) => item.warnings.map(({ code }: Body) => code);

describe("PlanPriceRestore", () => {
  it("brings back every product that the job changed, and no other", async () => {
    await using prices = await startPrices();
    const numbers = [2, 3, 4, 5];
    const before = numbers.map((number) => pricesOf(prices, number));
    const { jobId } = await apply(prices, [
      { app, product: gems(2), territory: "*", price: "0.99", endDate: end },
      { app, product: gems(3), action: "cancel" },
      { app, product: gems(4), territory: "FRA", price: "2.99", startDate: inDays(3), endDate: end },
      { app, product: gems(5), price: "4.49" },
      { app, product: gems(6), price: "6.99" },
      { app, product: gems(7), price: "4.97" },
    ]);
    assert.notDeepEqual(pricesOf(prices, 4), before[2]);
    const plan = await prices.ask("PlanPriceRestore", { jobId });
    assert.deepEqual(plan.summary, { products: 4, changed: 4, unchanged: 0, rejected: 0 });
    assert.deepEqual(
      plan.items.map(({ changes }: Body) => changes),
      [[0], [1], [2], [3]],
    );
    assert.ok(plan.items.every((item: Body) => !codes(item).includes("changed_since")));
    // 0.99 and back to 1.99: no guard stands in the way of what was.
    assert.ok(plan.items[0].percent > 50);
    assert.deepEqual((await prices.ask("GetPricePlan", { planId: plan.planId })).items, plan.items);
    const result = await prices.finish("ApplyPricePlan", { planId: plan.planId });
    assert.equal(result.summary.applied, 4);
    assert.deepEqual(
      numbers.map((number) => pricesOf(prices, number)),
      before,
    );
  });

  it("of a subscription says once that it needs the choice about present subscribers, and names no change", async () => {
    await using prices = await startPrices();
    const product = "6730000001";
    const { jobId } = await apply(
      prices,
      ["USA", "GBR", "DEU"].map((territory) => ({
        app: "com.example.stillwater",
        product,
        territory,
        price: "0.99",
        preserveCurrentPrice: false,
      })),
    );
    prices.skip(2 * 24 * 3_600_000);
    const { items } = await prices.ask("PlanPriceRestore", { jobId });
    assert.deepEqual(items[0].error, {
      code: "preserve_choice_required",
      message:
        "preserveCurrentPrice: is required: true lets present subscribers keep their price, false moves them to the new one. Correct this and plan again.",
      field: "preserveCurrentPrice",
    });
    const plan = await prices.ask("PlanPriceRestore", { jobId, preserveCurrentPrice: false });
    const warnings = plan.items[0].warnings.map(({ message }: Body) => message);
    assert.ok(warnings.length > 0);
    for (const message of warnings) assert.doesNotMatch(message, /changes\[/);
    assert.ok(warnings.some((message: string) => message.startsWith("The restore raises the price in ")));
  });

  it("is not held by the limit of percent", async () => {
    await using prices = await startPrices({ prices: { maxChangePercent: 60 } });
    const { jobId } = await apply(prices, [{ app, product: gems(7), price: "3.99" }]);
    const plan = await prices.ask("PlanPriceRestore", { jobId });
    assert.deepEqual([plan.summary.changed, plan.items[0].percent], [1, 100.25]);
  });

  it("lists what was changed since, and undoes that too", async () => {
    await using prices = await startPrices();
    const { jobId } = await apply(prices, [
      { app, product: gems(7), price: "4.99" },
      { app, product: gems(8), price: "4.99" },
    ]);
    prices.give(gemsId(7), "USA", [
      { territory: "USA", price: "5.99" },
      { territory: "GBR", price: "3.99" },
    ]);
    const plan = await prices.ask("PlanPriceRestore", { jobId });
    const [changed, other] = plan.items;
    assert.deepEqual([codes(changed).includes("changed_since"), codes(other)], [true, []]);
    const { message } = changed.warnings.find(({ code }: Body) => code === "changed_since");
    assert.match(message, /USA from now: 4\.99 became 5\.99; GBR from now: automatic became 3\.99/);
    assert.deepEqual(shown(changed.before), ["USA 5.99 ..", "GBR 3.99 .."]);
    assert.deepEqual(shown(changed.after), ["USA 7.99 .."]);
    await prices.finish("ApplyPricePlan", { planId: plan.planId });
    assert.deepEqual(pricesOf(prices, 7), ["USA 7.99 .."]);
  });

  it("leaves out what is past", async () => {
    await using prices = await startPrices();
    const today = inDays(0);
    const over = addDays(today, 4);
    prices.give(gemsId(7), "USA", [
      { territory: "USA", price: "4.99", endDate: over },
      { territory: "USA", price: "7.99", startDate: over },
    ]);
    const { jobId } = await apply(prices, [{ app, product: gems(7), action: "cancel" }]);
    assert.deepEqual(pricesOf(prices, 7), ["USA 4.99 .."]);
    prices.skip(6 * 24 * 3_600_000);
    const plan = await prices.ask("PlanPriceRestore", { jobId });
    assert.deepEqual(shown(plan.items[0].after), ["USA 7.99 .."]);
    await prices.finish("ApplyPricePlan", { planId: plan.planId });
    assert.deepEqual(pricesOf(prices, 7), ["USA 7.99 .."]);
  });

  it("is unchanged where the old prices are there already", async () => {
    await using prices = await startPrices();
    const { jobId } = await apply(prices, [{ app, product: gems(7), price: "4.99" }]);
    prices.give(gemsId(7), "USA", [{ territory: "USA", price: "7.99" }]);
    const plan = await prices.ask("PlanPriceRestore", { jobId });
    assert.deepEqual([plan.summary.unchanged, plan.items[0].rows], [1, []]);
    const result = await prices.finish("ApplyPricePlan", { planId: plan.planId });
    assert.deepEqual([result.summary.unchanged, prices.writes()[gemsId(7)]], [1, 1]);
  });

  it("rejects a product whose base territory is another one now", async () => {
    await using prices = await startPrices();
    const { jobId } = await apply(prices, [{ app, product: gems(7), price: "4.99" }]);
    prices.give(gemsId(7), "DEU", [{ territory: "DEU", price: "4.99" }]);
    const plan = await prices.ask("PlanPriceRestore", { jobId });
    assert.equal(plan.items[0].error.code, "base_territory_changed");
  });

  it("refuses jobs that are not over, that changed nothing, or that are none", async () => {
    await using prices = await startPrices();
    const { planId } = await prices.ask("PlanPriceChanges", {
      changes: [{ app, product: gems(7), price: "7.99" }],
    });
    const { json } = await prices.relay.call("ApplyPricePlan", { input: { planId } });
    const { jobId } = Object(json);
    const running = await prices.relay.call("PlanPriceRestore", { input: { jobId } });
    assert.deepEqual([running.status, running.error?.code], [409, "rejected"]);
    assert.match(running.error?.message ?? "", /not over yet/);
    await prices.workOff();
    const nothing = await prices.relay.call("PlanPriceRestore", { input: { jobId } });
    assert.deepEqual([nothing.status, nothing.error?.code], [409, "rejected"]);
    assert.match(nothing.error?.message ?? "", /changed nothing/);
    for (const other of [planId, "z".repeat(21)]) {
      const { status, error } = await prices.relay.call("PlanPriceRestore", { input: { jobId: other } });
      assert.deepEqual([status, error?.code, error?.details?.[0]?.field], [404, "not_found", "jobId"]);
    }
  });

  it("finds the old prices of an item that ended as unknown, too", async () => {
    await using prices = await startPrices();
    const { planId } = await prices.ask("PlanPriceChanges", {
      changes: [{ app, product: gems(7), price: "4.99" }],
    });
    prices.relay.simulator.faults.add({
      method: "GET",
      path: "*/manualPrices",
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "status", status: 503 },
    });
    const applied = await prices.finish("ApplyPricePlan", { planId });
    assert.deepEqual([applied.summary.unknown, applied.items[0].errorCode], [1, "outcome_unknown"]);
    prices.relay.simulator.faults.clear();
    const plan = await prices.ask("PlanPriceRestore", { jobId: applied.jobId });
    assert.deepEqual(shown(plan.items[0].after), ["USA 7.99 .."]);
  });

  it("of many products is a job, whose plan is applied like any other", async () => {
    await using prices = await startPrices();
    const ids = addProducts(prices.relay.simulator.world.appStoreConnect.resources, "1480000001", 120);
    const made = await prices.finish("PlanPriceChanges", {
      changes: ids.map((product) => ({ app, product, price: "0.49" })),
    });
    const { jobId } = await prices.finish("ApplyPricePlan", { planId: made.planId });
    const plan = await prices.finish("PlanPriceRestore", { jobId });
    assert.deepEqual([plan.summary.changed, plan.items.length], [120, 100]);
    await prices.finish("ApplyPricePlan", { planId: plan.planId });
    assert.ok(ids.every((id) => !shown(prices.item(id).manualPrices ?? []).includes("USA 0.49 ..")));
  });
});
