import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RelayError } from "../../../../functions/errors.ts";
import { shareAmount, wideSchedule } from "../../../../local/simulator/index.ts";
import { appItself, purchaseNumber, startReading } from "../read/support.ts";
import { give, inDays, planOf, rejectionOf, rowsOf, shown, warningsOf } from "./support.ts";

const [start, end] = [inDays(10), inDays(17)];

describe("A plan of one product", () => {
  it("lays a sale over its base and brings the old price back", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(7);
    give(reading, product, "USA", [{ territory: "USA", price: "7.99" }]);
    const made = await planOf(reading, product, [{ price: 4.99, endDate: end }]);
    const { plan } = made;
    assert.deepEqual(shown(plan.before), ["USA 7.99 .."]);
    assert.deepEqual(shown(plan.after), [`USA 4.99 ..${end}`, `USA 7.99 ${end}..`]);
    assert.deepEqual(
      [plan.status, plan.baseTerritory, plan.changes, plan.error],
      ["changed", "USA", [0], null],
    );
    assert.deepEqual(rowsOf(made), [`USA ..${end} 7.99 -> 4.99 -37.55`]);
    assert.equal(plan.percent, -37.55);
    assert.deepEqual(
      [plan.rows[0]?.appBundleId, plan.rows[0]?.product, plan.rows[0]?.currency],
      ["com.example.harborkings", "product.6700000007", "USD"],
    );
    // One read of the schedule; the rest are look-ups, kept for all others.
    assert.deepEqual(
      reading.asked().filter((path) => path.includes("Schedule")),
      ["/v1/inAppPurchasePriceSchedules/6700000007/manualPrices"],
    );
    await planOf(reading, purchaseNumber(8), [{ price: 4.99, endDate: end }]);
    assert.deepEqual(reading.asked(), ["/v1/inAppPurchasePriceSchedules/6700000008/manualPrices"]);
  });

  it("changes a price for good", async () => {
    await using reading = await startReading();
    const made = await planOf(reading, appItself("1480000002"), [{ price: "5.00", startDate: start }]);
    assert.deepEqual(shown(made.plan.before), ["USA 4.99 ..", "GBR 3.99 .."]);
    assert.deepEqual(shown(made.plan.after), [`USA 4.99 ..${start}`, `USA 5.00 ${start}..`, "GBR 3.99 .."]);
    assert.deepEqual(rowsOf(made), [`USA ${start}.. 4.99 -> 5.00 0.2`]);
    assert.deepEqual(warningsOf(made), ["override_untouched"]);
    assert.equal(made.plan.product, null);
    assert.deepEqual(made.plan.rows[0]?.product, "");
  });

  it("of another territory pins the days before it at the automatic price, and says so", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(7);
    give(reading, product, "USA", [{ territory: "USA", price: "7.99" }]);
    const made = await planOf(reading, product, [
      { territory: "GBR", price: "4.99", startDate: start, endDate: end },
    ]);
    const [, lead, sale, ...others] = made.plan.after;
    assert.deepEqual([lead?.territory, lead?.startDate, lead?.endDate], ["GBR", null, start]);
    assert.deepEqual(shown(sale ? [sale] : []), [`GBR 4.99 ${start}..${end}`]);
    assert.deepEqual(others, []);
    assert.ok(warningsOf(made).includes("pinned_price"));
    // What is pinned is what it costs already: only the sale is a change.
    assert.equal(made.plan.rows.length, 1);
    assert.deepEqual(
      [
        made.plan.rows[0]?.from,
        made.plan.rows[0]?.to,
        made.plan.rows[0]?.before,
        made.plan.rows[0]?.currency,
      ],
      [start, end, lead?.price, "GBP"],
    );
  });

  it("of all territories equalizes those with prices of their own", async () => {
    await using reading = await startReading();
    const made = await planOf(reading, purchaseNumber(2), [{ territory: "*", price: "0.99", endDate: end }]);
    const sale = made.plan.after.filter(({ startDate }) => startDate === null);
    assert.deepEqual(
      sale.map(({ territory }) => territory),
      ["USA", "BRA", "GBR", "JPN"],
    );
    assert.deepEqual(
      made.plan.after
        .filter(({ startDate }) => startDate === end)
        .map(({ territory, price }) => `${territory} ${price}`),
      ["USA 1.99", "BRA 9.95", "GBR 1.49", "JPN 298"],
    );
    assert.deepEqual(warningsOf(made), ["large_change"]);
    assert.equal(made.plan.rows.length, 4);
    assert.match(made.plan.after.find(({ territory }) => territory === "JPN")?.price ?? "", /^\d+$/);
  });

  it("of the base alone names the territories that it does not touch", async () => {
    await using reading = await startReading();
    const made = await planOf(reading, purchaseNumber(2), [{ price: "1.79" }]);
    assert.deepEqual(warningsOf(made), ["override_untouched"]);
    assert.match(made.plan.warnings[0]?.message ?? "", /: GBR, JPN and BRA have manual prices/);
    assert.deepEqual(shown(made.plan.after).slice(1), shown(made.plan.before).slice(1));
  });

  it("cancels a scheduled sale, and keeps the price of one that runs", async () => {
    await using reading = await startReading();
    const scheduled = await planOf(reading, purchaseNumber(3), [{ action: "cancel" }]);
    assert.deepEqual(shown(scheduled.plan.after), ["USA 2.99 .."]);
    assert.deepEqual([scheduled.plan.status, warningsOf(scheduled)], ["changed", ["large_change"]]);
    const product = purchaseNumber(9);
    give(reading, product, "USA", [
      { territory: "USA", price: "1.99", endDate: end },
      { territory: "USA", price: "2.99", startDate: end },
    ]);
    const running = await planOf(reading, product, [{ action: "cancel" }]);
    assert.deepEqual(shown(running.plan.after), ["USA 1.99 .."]);
    assert.deepEqual(warningsOf(running), ["sale_becomes_permanent"]);
  });

  it("moves a sale by a cancel and a set in one", async () => {
    await using reading = await startReading();
    const [from, until] = [inDays(20), inDays(25)];
    const made = await planOf(reading, purchaseNumber(3), [
      { action: "cancel" },
      { price: "1.99", startDate: from, endDate: until },
    ]);
    assert.deepEqual(shown(made.plan.after), [
      `USA 2.99 ..${from}`,
      `USA 1.99 ${from}..${until}`,
      `USA 2.99 ${until}..`,
    ]);
    assert.deepEqual([made.plan.changes, warningsOf(made)], [[0, 1], ["large_change"]]);
    assert.equal(made.plan.rows.length, 2);
  });

  it("is unchanged where everything stands as asked", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(7);
    give(reading, product, "USA", [{ territory: "USA", price: "7.99" }]);
    for (const change of [{ price: "7.99" }, { price: 7.99, endDate: end }, { action: "cancel" }]) {
      const { plan } = await planOf(reading, product, [change]);
      assert.deepEqual([plan.status, plan.rows, plan.percent, plan.warnings], ["unchanged", [], null, []]);
      assert.deepEqual(plan.after, plan.before);
    }
  });

  it("warns of large changes, and rejects what is over the limit", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(7);
    give(reading, product, "USA", [{ territory: "USA", price: "7.99" }]);
    const made = await planOf(reading, product, [{ price: "3.99" }]);
    assert.deepEqual(warningsOf(made), ["large_change"]);
    assert.equal(made.plan.percent, -50.06);
    const limited = await planOf(reading, product, [{ price: "7.49" }, { price: "3.99" }], {
      maxChangePercent: 50,
    });
    // The change that wins is the one to be corrected.
    assert.deepEqual(rejectionOf(limited), ["change_too_large", "changes[1].price"]);
    assert.equal(
      (await planOf(reading, product, [{ price: "4.00" }], { maxChangePercent: 50 })).plan.status,
      "changed",
    );
  });

  it("takes back what may be set, whatever the limit says", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(7);
    give(reading, product, "USA", [
      { territory: "USA", price: "3.99", endDate: end },
      { territory: "USA", price: "9.99", startDate: end },
    ]);
    const limit = { maxChangePercent: 61 };
    const cancelled = await planOf(reading, product, [{ action: "cancel" }], limit);
    assert.deepEqual(rowsOf(cancelled), [`USA ${end}.. 9.99 -> 3.99 -60.06`]);
    const moved = await planOf(
      reading,
      product,
      [
        { territory: "USA", price: "9.99" },
        { territory: "USA", price: "3.99", startDate: end },
      ],
      limit,
    );
    // Asked for, so it is limited: of the changes the one that sets it.
    assert.deepEqual(rejectionOf(moved), ["change_too_large", "changes[0].price"]);
  });

  it("says of a price that stays the same whether it follows the base", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(7);
    give(reading, product, "USA", [{ territory: "USA", price: "7.99" }]);
    const [dear] = (await planOf(reading, product, [{ territory: "GBR", price: "0.99" }])).plan.rows;
    const same = await planOf(reading, product, [{ territory: "GBR", price: dear?.before }]);
    assert.deepEqual([same.plan.status, rowsOf(same), warningsOf(same)], ["changed", [], ["same_price"]]);
    assert.match(same.plan.warnings[0]?.message ?? "", /^GBR gets a price .* no longer follows USA\.$/);
  });

  it("makes something free only where 0 was asked for", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(7);
    const rounded = await planOf(reading, product, [{ price: "0.01" }], { rounding: "down" });
    assert.deepEqual(rejectionOf(rounded), ["price_not_found", "changes[0].price"]);
    const free = await planOf(reading, product, [{ price: 0 }]);
    assert.deepEqual(shown(free.plan.after), ["USA 0.00 .."]);
    assert.equal(free.plan.percent, -100);
  });

  it("rejects an amount that is not offered and names both neighbours, or rounds", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(7);
    const exact = await planOf(reading, product, [{ price: "4.99" }, { price: "4.97" }]);
    assert.deepEqual(rejectionOf(exact), ["price_not_found", "changes[1].price"]);
    assert.match(exact.plan.error?.message ?? "", /4\.97 USD in USA\. The nearest are 4\.95 and 4\.99\./);
    for (const [rounding, price] of [
      ["nearest", "4.99"],
      ["down", "4.95"],
      ["up", "4.99"],
    ] as const) {
      const { plan } = await planOf(reading, product, [{ price: "4.98" }], { rounding });
      assert.deepEqual(shown(plan.after), [`USA ${price} ..`]);
    }
  });

  it("rejects an amount that several price points share", async () => {
    await using reading = await startReading();
    shareAmount(reading.relay.simulator.world.appStoreConnect.prices, "USA", "4.99");
    const made = await planOf(reading, purchaseNumber(7), [{ price: "4.99" }]);
    assert.deepEqual(rejectionOf(made), ["price_ambiguous", "changes[0].price"]);
  });

  it("compares the currency that is meant with that of the territory", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(4);
    const right = { territory: "DEU", price: "2.99", currency: "EUR" };
    assert.equal((await planOf(reading, product, [right])).plan.status, "changed");
    const wrong = await planOf(reading, product, [right, { price: "2.99", currency: "USD" }]);
    assert.deepEqual(rejectionOf(wrong), ["currency_mismatch", "changes[1].currency"]);
    assert.match(wrong.plan.error?.message ?? "", /DEU are in EUR, not in USD/);
  });

  it("rejects territories that are none, also for a cancel", async () => {
    await using reading = await startReading();
    for (const change of [
      { territory: "XXX", price: "1.99" },
      { territory: "XXX", action: "cancel" },
    ]) {
      const made = await planOf(reading, purchaseNumber(7), [change]);
      assert.deepEqual(rejectionOf(made), ["territory_not_found", "changes[0].territory"]);
    }
  });

  it("rejects what has no price schedule yet, and what the key may not see", async () => {
    await using reading = await startReading();
    const none = await planOf(reading, appItself("1480000003"), [{ price: "1.99" }]);
    assert.deepEqual(rejectionOf(none), ["no_price_schedule", undefined]);
    const foreign = purchaseNumber(7);
    reading.set(foreign.id, { foreign: true });
    const forbidden = await planOf(reading, foreign, [{ price: "1.99" }]);
    assert.deepEqual(rejectionOf(forbidden), ["upstream_forbidden", undefined]);
  });

  it("rejects one that is gone, and throws what says nothing of the product", async () => {
    await using reading = await startReading();
    const gone = await planOf(reading, purchaseNumber(9_999), [{ price: "1.99" }]);
    assert.deepEqual(rejectionOf(gone), ["not_found", undefined]);
    reading.relay.simulator.faults.add({
      path: "*manualPrices",
      times: 9,
      fault: { kind: "status", status: 503 },
    });
    await assert.rejects(
      planOf(reading, purchaseNumber(7), [{ price: "1.99" }]),
      (error) => error instanceof RelayError && error.code === "upstream_unavailable",
    );
  });

  it("looks prices up for a product whose codes are not those of the others, in every territory", async () => {
    await using reading = await startReading();
    await planOf(reading, purchaseNumber(7), [{ price: "4.99" }, { territory: "GBR", price: "4.99" }]);
    const shifted = purchaseNumber(8);
    reading.set(shifted.id, { codeShift: 3 });
    reading.asked();
    const made = await planOf(reading, shifted, [{ territory: "GBR", price: "5.99", endDate: end }]);
    assert.equal(made.plan.status, "changed");
    const points = reading.urls().filter(({ pathname }) => pathname.endsWith("/pricePoints"));
    assert.deepEqual(points.at(-1)?.searchParams.get("filter[territory]"), "GBR");
    assert.match(points.at(-1)?.pathname ?? "", /6700000008/);
    const id = made.plan.after.find(({ territory }) => territory === "GBR")?.pricePointId ?? "";
    // 5.99 at the shifted code, three above that of the others.
    const other = await planOf(reading, purchaseNumber(9), [
      { territory: "GBR", price: "5.99", endDate: end },
    ]);
    const otherId = other.plan.after.find(({ territory }) => territory === "GBR")?.pricePointId ?? "";
    const code = (text: string) => Number(JSON.parse(Buffer.from(text, "base64url").toString()).p);
    assert.equal(code(id), code(otherId) + 3);
  });

  it("of opaque IDs is planned alike", async () => {
    await using reading = await startReading();
    const product = purchaseNumber(2);
    reading.set(product.id, { opaqueIds: true });
    const made = await planOf(reading, product, [{ territory: "*", price: "0.99", endDate: end }]);
    assert.equal(made.plan.rows.length, 4);
    assert.ok(made.plan.after.every(({ pricePointId }) => pricePointId.startsWith("0pq-")));
  });

  it("keeps every one of many manual prices", async () => {
    await using reading = await startReading();
    for (const [number, count] of [
      [239, 60],
      [240, 240],
    ] as const) {
      const product = purchaseNumber(number);
      const made = await planOf(reading, product, [
        { price: "8.99", startDate: inDays(30), endDate: inDays(35) },
      ]);
      assert.deepEqual([made.plan.status, made.plan.before.length], ["changed", count]);
      const own = (prices: readonly { territory: string }[]) =>
        prices.filter(({ territory }) => territory !== "USA");
      assert.deepEqual(own(made.plan.after), own(made.plan.before));
      assert.deepEqual(warningsOf(made).includes("override_untouched"), true);
    }
    const all = purchaseNumber(239);
    reading.set(all.id, {
      schedule: wideSchedule(reading.relay.simulator.world.appStoreConnect.prices, "9.99", 60),
    });
    const everywhere = await planOf(reading, all, [{ territory: "*", price: "7.99", endDate: end }]);
    assert.equal(everywhere.plan.after.length, 120);
    assert.equal(everywhere.plan.rows.length, 60);
  });

  it("starts from another base than the United States", async () => {
    await using reading = await startReading();
    const made = await planOf(reading, purchaseNumber(4), [{ price: "2.99", endDate: inDays(5) }]);
    assert.equal(made.plan.baseTerritory, "DEU");
    assert.deepEqual(shown(made.plan.after), [
      `DEU 2.99 ..${inDays(5)}`,
      `DEU 3.99 ${inDays(5)}..`,
      `CAN 5.99 ${start}..`,
      `USA 4.49 ..${start}`,
    ]);
    // Canada follows the base until its own price begins, so the sale is seen there too.
    const rows = made.plan.rows.map(({ territory, from, to }) => [territory, from, to]);
    assert.deepEqual(rows, [
      ["DEU", null, inDays(5)],
      ["CAN", null, inDays(5)],
    ]);
  });
});
