import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pacificDay, pacificMidnight } from "../../../../functions/app-store-connect/prices/timeline/days.ts";
import { addDays } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import type { Fault } from "../../../../local/simulator/index.ts";
import { give, shown } from "../plan/support.ts";
import { appItself, purchaseNumber } from "../read/support.ts";
import { type Applying, startApplying } from "./support.ts";

const product = purchaseNumber(7);
const post = "/v1/inAppPurchasePriceSchedules";

/** A product at 7.99 with a plan of a sale at 4.99. */
async function saleOf(applying: Applying, of = product) {
  give(applying.reading, of, "USA", [{ territory: "USA", price: "7.99" }]);
  const end = addDays(pacificDay(applying.now()), 7);
  const stored = await applying.plan(of, [{ price: "4.99", endDate: end }]);
  assert.equal(stored.plan.status, "changed");
  applying.calls();
  return { stored, end };
}

function add(
  { reading }: Applying,
  method: "GET" | "POST",
  fault: Fault,
  more: { skip?: number; times?: number } = {},
) {
  const path = method === "POST" ? post : `${post}/*`;
  reading.relay.simulator.faults.add({ service: "appStoreConnect", method, path, fault, ...more });
}

/** That the sale is there, and was written so often. */
function assertApplied(applying: Applying, end: string, writes = 1, of = product) {
  const item = applying.item(of);
  assert.deepEqual(shown(item.manualPrices ?? []), [`USA 4.99 ..${end}`, `USA 7.99 ${end}..`]);
  assert.equal(item.writes, writes);
}

function assertOld(applying: Applying, writes = 0) {
  const item = applying.item(product);
  assert.deepEqual([shown(item.manualPrices ?? []), item.writes], [["USA 7.99 .."], writes]);
}

describe("Applying a schedule", () => {
  it("takes a look, the write and its proof: three calls", async () => {
    await using applying = await startApplying();
    const { stored, end } = await saleOf(applying);
    const outcome = await applying.apply(stored);
    assert.deepEqual([outcome.status, outcome.waits], ["applied", []]);
    assert.deepEqual(applying.calls(), [
      "GET 6700000007",
      "POST inAppPurchasePriceSchedules",
      "GET manualPrices",
    ]);
    assertApplied(applying, end);
  });

  it("takes four calls in all with its plan, and five where several territories have prices", async () => {
    await using applying = await startApplying();
    const { reading } = applying;
    await saleOf(applying);
    const one = await applying.plan(purchaseNumber(8), [{ price: "4.99" }]);
    await applying.apply(one);
    assert.equal(applying.calls().length, 4);
    await applying.plan(purchaseNumber(2), [{ territory: "*", price: "0.99" }]);
    const several = purchaseNumber(9);
    give(reading, several, "USA", [
      { territory: "USA", price: "1.99" },
      { territory: "GBR", price: "1.49" },
    ]);
    applying.calls();
    const stored = await applying.plan(several, [{ territory: "*", price: "0.99" }]);
    const planned = applying
      .calls()
      .filter((call) => !call.endsWith("/equalizations") && !call.endsWith("equalizations"));
    assert.equal((await applying.apply(stored)).status, "applied");
    assert.deepEqual(planned, ["GET manualPrices", "GET baseTerritory"]);
    assert.deepEqual(applying.calls(), [
      "GET 6700000009",
      "POST inAppPurchasePriceSchedules",
      "GET manualPrices",
    ]);
  });

  it("of an app goes to the schedules of apps", async () => {
    await using applying = await startApplying();
    const app = appItself("1480000002");
    const stored = await applying.plan(app, [{ territory: "*", price: "2.99" }]);
    assert.equal((await applying.apply(stored)).status, "applied");
    assert.equal(applying.item(app).writes, 1);
    assert.ok(applying.calls().includes("POST appPriceSchedules"));
  });

  it("writes nothing where somebody else wrote after the plan was made", async () => {
    await using applying = await startApplying();
    const { stored } = await saleOf(applying);
    give(applying.reading, product, "USA", [{ territory: "USA", price: "6.99" }]);
    const { status, error } = await applying.apply(stored);
    assert.deepEqual([status, error?.code], ["rejected", "schedule_changed"]);
    assert.equal(applying.item(product).writes, 0);
  });

  it("checks also what the plan leaves as it is, and writes nothing for it", async () => {
    await using applying = await startApplying();
    give(applying.reading, product, "USA", [{ territory: "USA", price: "7.99" }]);
    const stored = await applying.plan(product, [{ price: "7.99" }]);
    assert.equal(stored.plan.status, "unchanged");
    assert.equal((await applying.apply(stored)).status, "unchanged");
    assertOld(applying);
    give(applying.reading, product, "USA", [{ territory: "USA", price: "6.99" }]);
    assert.equal((await applying.apply(stored)).error?.code, "schedule_changed");
  });

  it("is unchanged where somebody else wrote just what the plan says", async () => {
    await using applying = await startApplying();
    const { stored, end } = await saleOf(applying);
    give(applying.reading, product, "USA", [
      { territory: "USA", price: "4.99", endDate: end },
      { territory: "USA", price: "7.99", startDate: end },
    ]);
    assert.equal((await applying.apply(stored)).status, "unchanged");
    assertApplied(applying, end, 0);
  });

  it("finds a write whose answer was lost, and sends it once", async () => {
    for (const fault of [
      { kind: "applied-then-lost" },
      { kind: "reset", at: "mid-body" },
      { kind: "status", status: 500, apply: true },
      { kind: "status", status: 502, apply: true },
    ] as const) {
      await using applying = await startApplying();
      const { stored, end } = await saleOf(applying);
      add(applying, "POST", fault);
      const outcome = await applying.apply(stored);
      assert.equal(outcome.status, "applied");
      assertApplied(applying, end);
    }
  });

  it("looks only after the time of the write has passed", async () => {
    await using applying = await startApplying();
    const { stored, end } = await saleOf(applying);
    add(applying, "POST", { kind: "stall", at: "before-headers", apply: true });
    const stepMs = 600;
    const outcome = await applying.apply(stored, { stepMs });
    assert.deepEqual([outcome.status, outcome.waits], ["applied", ["sent"]]);
    assert.ok(outcome.waitedMs >= 2_000 && outcome.waitedMs <= stepMs + 2_000);
    assertApplied(applying, end);
  });

  it("sends again what was seen twice not to be there, and then once", async () => {
    for (const fault of [
      { kind: "reset", at: "before-headers" },
      { kind: "status", status: 500 },
      { kind: "status", status: 503 },
    ] as const) {
      await using applying = await startApplying();
      const { stored, end } = await saleOf(applying);
      add(applying, "POST", fault);
      const outcome = await applying.apply(stored);
      assert.deepEqual([outcome.status, outcome.waits], ["applied", ["sent", "sent"]]);
      assertApplied(applying, end);
      const calls = applying.calls();
      assert.equal(calls.filter((call) => call.startsWith("POST")).length, 2);
      // Between the two writes: two looks for the first, and the one that belongs to the second.
      assert.deepEqual(calls.slice(2, 5), ["GET manualPrices", "GET manualPrices", "GET 6700000007"]);
    }
  });

  it("ends as unknown where what may have been sent is there in neither form", async () => {
    await using applying = await startApplying();
    const { stored } = await saleOf(applying);
    add(applying, "POST", { kind: "reset", at: "before-headers" });
    const { status, error } = await applying.apply(stored, {
      beforeStep: (step) =>
        step === 1 && give(applying.reading, product, "USA", [{ territory: "USA", price: "6.99" }]),
    });
    assert.deepEqual([status, error?.code], ["unknown", "outcome_unknown"]);
    assert.equal(applying.item(product).writes, 0);
  });

  it("waits for limits on the look, the write and the proof, however often, and fails none", async () => {
    const limit: Fault = { kind: "status", status: 429, retryAfter: { seconds: 20 } };
    for (const [method, skip] of [
      ["GET", 0],
      ["POST", 0],
      ["GET", 1],
    ] as const) {
      await using applying = await startApplying();
      const { stored, end } = await saleOf(applying);
      add(applying, method, limit, { skip, times: 25 });
      const outcome = await applying.apply(stored);
      assert.deepEqual([outcome.status, outcome.waits.length], ["applied", 25]);
      assert.ok(outcome.waitedMs >= 25 * 20_000);
      assertApplied(applying, end);
    }
  });

  it("waits for an outage of the proof, and does not write again", async () => {
    await using applying = await startApplying();
    const { stored, end } = await saleOf(applying);
    add(applying, "GET", { kind: "status", status: 503 }, { skip: 1, times: 12 });
    const outcome = await applying.apply(stored);
    assert.equal(outcome.status, "applied");
    assert.ok(outcome.waits.every((wait) => wait === "written"));
    assertApplied(applying, end);
  });

  it("ends as unknown, never as failed, where what may have been sent cannot be read back", async () => {
    for (const fault of [
      { kind: "status", status: 503 },
      { kind: "status", status: 403 },
      { kind: "html" },
    ] as const) {
      for (const lost of [true, false]) {
        await using applying = await startApplying();
        const { stored, end } = await saleOf(applying);
        if (lost) add(applying, "POST", { kind: "applied-then-lost" });
        add(applying, "GET", fault, { skip: 1, times: Number.POSITIVE_INFINITY });
        const { status, error } = await applying.apply(stored);
        assert.deepEqual([status, error?.code], ["unknown", "outcome_unknown"]);
        assertApplied(applying, end);
      }
    }
  });

  it("looks again where the proof shows the old schedule at first", async () => {
    await using applying = await startApplying();
    const { stored, end } = await saleOf(applying);
    // What a reader sees that lags behind the write.
    const { prices } = applying.reading.relay.simulator.world.appStoreConnect;
    const old = prices.items.get(product.id)?.schedule;
    let written: typeof old;
    add(applying, "GET", { kind: "status", status: 503 }, { skip: 1, times: 4 });
    const outcome = await applying.apply(stored, {
      beforeStep(step) {
        if (step === 1) {
          written = prices.items.get(product.id)?.schedule;
          applying.reading.relay.simulator.faults.clear();
          applying.reading.set(product.id, { schedule: old ?? null });
        }
        if (step === 4) applying.reading.set(product.id, { schedule: written ?? null });
      },
    });
    assert.deepEqual(
      [outcome.status, outcome.waits],
      ["applied", ["written", "written", "written", "written"]],
    );
    assertApplied(applying, end);
  });

  it("gives up after minutes of the old schedule, as unknown", async () => {
    await using applying = await startApplying();
    const { stored } = await saleOf(applying);
    const { prices } = applying.reading.relay.simulator.world.appStoreConnect;
    const old = prices.items.get(product.id)?.schedule ?? null;
    add(applying, "GET", { kind: "status", status: 503 }, { skip: 1, times: 4 });
    const outcome = await applying.apply(stored, {
      beforeStep(step) {
        if (step !== 1) return;
        applying.reading.relay.simulator.faults.clear();
        applying.reading.set(product.id, { schedule: old });
      },
    });
    assert.equal(outcome.status, "unknown");
    assert.match(outcome.error?.message ?? "", /reading it back did not show it/);
    assert.ok(outcome.waitedMs > 4 * 60_000);
    assertOld(applying, 1);
  });

  it("rejects what Apple refuses, with Apple's own code, after one write", async () => {
    for (const status of [409, 422, 400]) {
      await using applying = await startApplying();
      const { stored } = await saleOf(applying);
      const code = "ENTITY_ERROR.INVALID_INTERVAL";
      const body = {
        errors: [{ status: String(status), code, title: "A problem", detail: "There is a gap." }],
      };
      add(applying, "POST", { kind: "status", status, body });
      const outcome = await applying.apply(stored);
      assert.deepEqual([outcome.status, outcome.error?.code], ["rejected", "rejected"]);
      assert.match(outcome.error?.message ?? "", /There is a gap.*ENTITY_ERROR\.INVALID_INTERVAL/);
      assertOld(applying);
    }
  });

  it("looks prices up where the product's codes have moved since the plan was made", async () => {
    // By 90 codes the old ones mean other amounts; by 5,000 they mean none.
    for (const codeShift of [5_000, 90, -3]) {
      await using applying = await startApplying();
      const { stored, end } = await saleOf(applying);
      applying.reading.set(product.id, { codeShift });
      const outcome = await applying.apply(stored);
      assert.deepEqual([outcome.status, outcome.waits], ["applied", []]);
      assertApplied(applying, end);
    }
  });

  it("looks prices up where Apple does not know a price point of the plan", async () => {
    await using applying = await startApplying();
    const { stored, end } = await saleOf(applying);
    const sale = stored.plan.after[0];
    assert.ok(sale);
    sale.pricePointId = Buffer.from('{"s":"6700000007","t":"USA","p":"99999"}').toString("base64url");
    assert.equal((await applying.apply(stored)).status, "applied");
    assert.deepEqual(applying.calls(), [
      "GET 6700000007",
      "POST inAppPurchasePriceSchedules",
      "GET pricePoints",
      "POST inAppPurchasePriceSchedules",
      "GET manualPrices",
    ]);
    assertApplied(applying, end);
  });

  it("rejects a product whose codes have moved and whose amount is no longer there", async () => {
    await using applying = await startApplying();
    const { stored } = await saleOf(applying);
    const sale = stored.plan.after[0];
    assert.ok(sale);
    sale.price = "4.98";
    applying.reading.set(product.id, { codeShift: 5_000 });
    const { status, error } = await applying.apply(stored);
    assert.equal(status, "rejected");
    assert.match(error?.message ?? "", /no price of 4\.98 in USA/);
    assertOld(applying);
  });

  it("goes on after a crash in any phase, and writes once", async () => {
    const phases: [string, (applying: Applying) => void, number][] = [
      ["before anything", () => {}, 0],
      ["after the write and its proof", () => {}, 0],
      ["after a lost answer", (applying) => add(applying, "POST", { kind: "applied-then-lost" }), 0],
      ["while looking for it", (applying) => add(applying, "POST", { kind: "applied-then-lost" }), 1],
      [
        "before the second write",
        (applying) => add(applying, "POST", { kind: "reset", at: "before-headers" }),
        2,
      ],
      ["during a limit", (applying) => add(applying, "POST", { kind: "status", status: 429 }), 0],
      [
        "while the proof is looked for",
        (applying) => add(applying, "GET", { kind: "status", status: 503 }, { skip: 1 }),
        1,
      ],
    ];
    for (const [name, prepare, crash] of phases) {
      await using applying = await startApplying();
      const { stored, end } = await saleOf(applying);
      prepare(applying);
      const crashedBefore = name === "before anything";
      const outcome = await applying.apply(stored, {
        crashedBefore,
        crashesAfter: (step) => !crashedBefore && step === crash,
      });
      assert.equal(outcome.status, "applied", name);
      assertApplied(applying, end);
    }
  });

  it("looks twice anew after a crash, whatever was seen before it", async () => {
    await using applying = await startApplying();
    const { stored, end } = await saleOf(applying);
    add(applying, "POST", { kind: "reset", at: "before-headers" }, { times: 2 });
    // The third step sends again and dies, so that its memo is that of the first look.
    const outcome = await applying.apply(stored, { crashesAfter: (step) => step === 2 });
    assert.deepEqual([outcome.status, outcome.waits], ["applied", ["sent", "sent", "crashed", "sent"]]);
    assertApplied(applying, end);
  });

  it("is the same plan after midnight", async () => {
    const midnight = pacificMidnight(addDays(pacificDay(Date.now()), 20));
    await using applying = await startApplying(midnight - 60_000);
    const today = pacificDay(applying.now());
    give(applying.reading, product, "USA", [
      { territory: "USA", price: "6.99", endDate: addDays(today, 1) },
      { territory: "USA", price: "7.99", startDate: addDays(today, 1) },
    ]);
    const [start, end] = [addDays(today, 1), addDays(today, 3)];
    const stored = await applying.plan(product, [{ price: "4.99", startDate: start, endDate: end }]);
    assert.deepEqual(shown(stored.plan.after), [
      `USA 6.99 ..${start}`,
      `USA 4.99 ${start}..${end}`,
      `USA 7.99 ${end}..`,
    ]);
    applying.skip(120_000);
    assert.equal(pacificDay(applying.now()), start);
    assert.equal((await applying.apply(stored)).status, "applied");
    // The price of yesterday is past, and the sale begins at once.
    assertApplied(applying, end);
  });

  it("has nothing to write once the last day of its change has passed", async () => {
    const midnight = pacificMidnight(addDays(pacificDay(Date.now()), 20));
    await using applying = await startApplying(midnight - 60_000);
    give(applying.reading, product, "USA", [{ territory: "USA", price: "7.99" }]);
    const tomorrow = addDays(pacificDay(applying.now()), 1);
    const stored = await applying.plan(product, [{ price: "4.99", endDate: tomorrow }]);
    applying.skip(120_000);
    assert.equal((await applying.apply(stored)).status, "unchanged");
    assertOld(applying);
  });
});
