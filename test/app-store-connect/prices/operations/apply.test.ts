import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addProducts } from "../../../../local/simulator/index.ts";
import { inDays, shown } from "../plan/support.ts";
import { app, type Body, gems, gemsId, type Prices, startPrices } from "./support.ts";

const end = inDays(14);

const sale = [5, 6, 7, 8].map((number) => ({ app, product: gems(number), price: "0.99", endDate: end }));

const planOf = async (prices: Prices, changes: readonly unknown[] = sale) =>
  String((await prices.ask("PlanPriceChanges", { changes })).planId);

const post = "/v1/inAppPurchasePriceSchedules";

describe("ApplyPricePlan", () => {
  it("carries out a plan, and answers a row for each of its products", async () => {
    await using prices = await startPrices();
    const planId = await planOf(prices, [
      ...sale,
      { app, product: gems(9), price: "9.99" },
      { app, product: gems(10), price: "4.97" },
      { app, product: gems(2), territory: "*", price: "0.99" },
    ]);
    const result = await prices.finish("ApplyPricePlan", { planId });
    assert.equal(result.status, "completed");
    assert.deepEqual(result.summary, {
      applied: 5,
      unchanged: 1,
      rejected: 1,
      failed: 0,
      unknown: 0,
      cancelled: 0,
    });
    assert.deepEqual(
      result.items.map(({ productId, status, ok, errorCode }: Body) => [productId, status, ok, errorCode]),
      [
        ...[5, 6, 7, 8].map((number) => [gems(number), "applied", true, undefined]),
        [gems(9), "unchanged", true, undefined],
        [gems(10), "rejected", false, "price_not_found"],
        [gems(2), "applied", true, undefined],
      ],
    );
    assert.deepEqual(
      [result.items[0].name, result.items[0].appBundleId, result.items[2].percent],
      ["250 Gems", app, -87.61],
    );
    // What is kept for a restore is not shown here.
    assert.equal("before" in result.items[0], false);
    assert.deepEqual(shown(prices.item(gemsId(7)).manualPrices ?? []), [
      `USA 0.99 ..${end}`,
      `USA 7.99 ${end}..`,
    ]);
    assert.deepEqual(
      prices.writes(),
      Object.fromEntries([5, 6, 7, 8, 2].map((number) => [gemsId(number), 1])),
    );
  });

  it("means the same job again, one after the other and at the same moment", async () => {
    await using prices = await startPrices();
    const planId = await planOf(prices);
    const input = { planId };
    const both = await Promise.all([1, 2, 3].map(() => prices.relay.call("ApplyPricePlan", { input })));
    const ids = new Set(both.map(({ json }) => Object(json).jobId));
    assert.deepEqual([both.map(({ status }) => status), ids.size], [[202, 202, 202], 1]);
    await prices.workOff();
    const again = await prices.relay.call("ApplyPricePlan", { input });
    assert.equal(Object(again.json).jobId, [...ids][0]);
    await prices.workOff();
    // Every Location leads to the one result, also after the plan is too old.
    prices.skip(25 * 3_600_000);
    const late = await prices.relay.call("ApplyPricePlan", { input });
    for (const { headers } of [...both, again, late]) {
      const { status, json } = await prices.resultAt(headers.location);
      assert.deepEqual([status, Object(json).jobId, Object(json).summary.applied], [200, [...ids][0], 4]);
    }
    assert.deepEqual(Object.values(prices.writes()), [1, 1, 1, 1]);
  });

  it("refuses a plan that is too old", async () => {
    await using prices = await startPrices();
    const planId = await planOf(prices);
    prices.skip(24 * 3_600_000);
    const { status, error } = await prices.relay.call("ApplyPricePlan", { input: { planId } });
    assert.deepEqual([status, error?.code], [409, "plan_expired"]);
    assert.deepEqual(prices.writes(), {});
  });

  it("belongs to the credential of its plan", async () => {
    await using prices = await startPrices();
    const { demo } = prices.relay;
    const [name = "", document] =
      Object.entries(demo.vault).find(([, { tags }]) => tags?.kind === "app-store-connect-team") ?? [];
    assert.ok(document);
    await prices.relay.writeSecret("second-team", {
      ...document,
      tags: { ...document.tags, default: "false" },
    });
    const planId = await planOf(prices);
    const other = await prices.relay.call("ApplyPricePlan", { input: { planId, credential: "second-team" } });
    assert.deepEqual([other.status, other.error?.code], [400, "invalid_input"]);
    assert.deepEqual(
      other.error?.details?.map(({ field }) => field),
      ["credential"],
    );
    assert.ok(other.error?.details?.[0]?.message.includes(name));
    const own = await prices.finish("ApplyPricePlan", { planId, credential: name });
    assert.equal(own.summary.applied, 4);
  });

  it("uses the credential of its plan also where it is not the default one", async () => {
    await using prices = await startPrices();
    const [, document] =
      Object.entries(prices.relay.demo.vault).find(
        ([, { tags }]) => tags?.kind === "app-store-connect-team",
      ) ?? [];
    assert.ok(document);
    await prices.relay.writeSecret("second-team", {
      ...document,
      tags: { ...document.tags, default: "false" },
    });
    const { planId } = await prices.ask("PlanPriceChanges", { changes: sale, credential: "second-team" });
    const result = await prices.finish("ApplyPricePlan", { planId });
    assert.deepEqual([result.summary.applied, result.credential], [4, "second-team"]);
  });

  it("rejects a product that somebody else changed, and carries out the others", async () => {
    await using prices = await startPrices();
    const planId = await planOf(prices, [...sale, { app, product: gems(9), price: "9.99" }]);
    prices.give(gemsId(6), "USA", [{ territory: "USA", price: "2.99" }]);
    prices.give(gemsId(9), "USA", [{ territory: "USA", price: "2.99" }]);
    const { summary, items } = await prices.finish("ApplyPricePlan", { planId });
    assert.deepEqual([summary.applied, summary.rejected], [3, 2]);
    assert.deepEqual([items[1].errorCode, items[4].errorCode], ["schedule_changed", "schedule_changed"]);
    assert.match(items[1].errorHint, /new plan/);
    assert.equal(prices.writes()[gemsId(6)], undefined);
  });

  it("writes once whatever workers, messages and faults there are", async () => {
    await using prices = await startPrices();
    const { simulator } = prices.relay;
    const ids = addProducts(simulator.world.appStoreConnect.resources, "1480000001", 40);
    const changes = ids.map((product) => ({ app, product, price: "0.49", endDate: end }));
    const planId = await planOf(prices, changes);
    const faults = [
      { kind: "applied-then-lost" },
      { kind: "status", status: 429, retryAfter: { seconds: 3 } },
      { kind: "reset", at: "before-headers" },
      { kind: "status", status: 500, apply: true },
      { kind: "status", status: 503 },
    ] as const;
    for (const [place, fault] of faults.entries()) {
      simulator.faults.add({ method: "POST", path: post, fault, skip: 6 * place, times: 2 });
    }
    simulator.faults.add({
      method: "GET",
      path: `${post}/*`,
      fault: { kind: "status", status: 429 },
      skip: 5,
      times: 4,
    });
    simulator.faults.add({
      method: "GET",
      path: `${post}/*`,
      fault: { kind: "status", status: 503 },
      skip: 20,
      times: 4,
    });
    const { status, headers } = await prices.relay.call("ApplyPricePlan", { input: { planId } });
    assert.equal(status, 202);
    await prices.workOff({ workers: 4, twice: true });
    const { json } = await prices.resultAt(headers.location);
    const { summary }: Body = json;
    assert.deepEqual(summary, {
      applied: 40,
      unchanged: 0,
      rejected: 0,
      failed: 0,
      unknown: 0,
      cancelled: 0,
    });
    assert.deepEqual(prices.writes(), Object.fromEntries(ids.map((id) => [id, 1])));
    assert.equal(simulator.faults.pending, 0);
  });

  it("leaves what was not begun when it is cancelled", async () => {
    await using prices = await startPrices();
    const planId = await planOf(prices);
    const { json, headers } = await prices.relay.call("ApplyPricePlan", { input: { planId } });
    const { jobId } = Object(json);
    await prices.ask("CancelJob", { jobId });
    await prices.workOff();
    const result: Body = (await prices.resultAt(headers.location)).json;
    assert.deepEqual([result.status, result.summary.cancelled], ["cancelled", 4]);
    assert.deepEqual(prices.writes(), {});
    const restore = await prices.relay.call("PlanPriceRestore", { input: { jobId } });
    assert.deepEqual([restore.status, restore.error?.code], [409, "rejected"]);
  });

  it("carries out a plan of more products than one page of rows shows", async () => {
    await using prices = await startPrices();
    const ids = addProducts(prices.relay.simulator.world.appStoreConnect.resources, "1480000001", 150);
    const plan = await prices.finish("PlanPriceChanges", {
      changes: ids.map((product) => ({ app, product, price: "0.49" })),
    });
    const result = await prices.finish("ApplyPricePlan", { planId: plan.planId });
    assert.deepEqual([result.summary.applied, result.items.length], [150, 150]);
    assert.deepEqual(prices.writes(), Object.fromEntries(ids.map((id) => [id, 1])));
  });

  it("keeps a plan of 240 manual prices, which no row of a table holds", async () => {
    await using prices = await startPrices();
    const id = "6700000240";
    const before = prices.item(id).manualPrices ?? [];
    const planId = await planOf(prices, [
      { app, product: id, price: "8.99", startDate: inDays(30), endDate: inDays(35) },
    ]);
    const { jobId, summary } = await prices.finish("ApplyPricePlan", { planId });
    assert.equal(summary.applied, 1);
    const sorted = (list: typeof before) => shown(list).toSorted();
    const after = prices.item(id).manualPrices ?? [];
    assert.deepEqual(
      sorted(after.filter(({ territory }) => territory !== "USA")),
      sorted(before.filter(({ territory }) => territory !== "USA")),
    );
    assert.equal(after.length, 242);
    const restored = await prices.ask("PlanPriceRestore", { jobId });
    await prices.finish("ApplyPricePlan", { planId: restored.planId });
    assert.deepEqual(sorted(prices.item(id).manualPrices ?? []), sorted(before));
  });
});
