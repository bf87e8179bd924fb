import assert from "node:assert/strict";
import { test } from "node:test";
import { addProducts, priceOverview } from "../../local/simulator/index.ts";
import { connectOf, pointId, scheduleBody } from "./prices-support.ts";
import { startBench } from "./support.ts";

test("200 products are added, listed, written once each and compared", async () => {
  await using bench = await startBench();
  const { prices, resources, limits } = bench.simulator.world.appStoreConnect;
  Object.assign(limits, { hour: 1e6, minute: 1e6 });
  const ids = addProducts(resources, "1480000002", 150);
  ids.push(...addProducts(resources, "1480000002", 50));
  assert.equal(new Set(ids).size, 200);
  const connect = connectOf(bench);
  const listed = await connect.all("/v1/apps/1480000002/inAppPurchasesV2?limit=200");
  assert.deepEqual(
    new Set(listed.map(({ id }) => id)),
    new Set([...ids, ...[1, 2, 3, 4].map((n) => `671000000${n}`)]),
  );
  assert.equal(new Set(listed.map(({ attributes }) => attributes.productId)).size, 204);
  for (const id of ids) {
    const body = scheduleBody(id, "USA", [{ point: pointId(id, "USA", 10127) }]);
    assert.equal((await connect.write("POST", "/v1/inAppPurchasePriceSchedules", body)).status, 201);
  }
  const items = new Map(priceOverview(prices, resources).map((item) => [item.id, item]));
  for (const id of ids) {
    const item = items.get(id);
    assert.deepEqual(
      [item?.writes, item?.manualPrices],
      [1, [{ territory: "USA", price: "9.99", startDate: null, endDate: null }]],
    );
  }
});

test("a product costs what follows from its id, and so does not all the same", async () => {
  await using bench = await startBench();
  const { prices, resources } = bench.simulator.world.appStoreConnect;
  addProducts(resources, "1480000002", 40);
  const amounts = priceOverview(prices, resources)
    .filter(({ id }) => id.startsWith("68"))
    .map(({ manualPrices }) => manualPrices?.[0]?.price);
  assert.equal(new Set(amounts).size, 20);
  assert.equal(prices.items.has("6800000001"), false);
});
