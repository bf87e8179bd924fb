import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setItem } from "../../../../local/simulator/index.ts";
import { type Body, type Prices, startPrices } from "../operations/support.ts";
import { inDays } from "../plan/support.ts";
import { startRig, yearly } from "./rig.ts";

const app = "com.example.stillwater";
/** Approved, with a price everywhere, as another one is whose codes are those of most. */
const [product, other] = ["6730000001", "6730000002"];
/** Never approved, without a price. */
const unpriced = "6730000003";
const start = inDays(10);

const change = (id: string, territory: string, price: string, startDate?: string) => ({
  app,
  product: id,
  territory,
  price,
  preserveCurrentPrice: true,
  ...(startDate !== undefined && { startDate }),
});

const shift = ({ relay }: Prices, id: string, codeShift: number) =>
  setItem(relay.simulator.world.appStoreConnect.prices, id, { codeShift });

async function plan(prices: Prices, ...changes: unknown[]): Promise<Body> {
  return prices.ask("PlanPriceChanges", { changes });
}

async function apply(prices: Prices, { planId }: Body): Promise<Body> {
  const { items } = await prices.finish("ApplyPricePlan", { planId });
  return items[0];
}

/** Amounts of a territory, as Apple has them. */
const amounts = (prices: Prices, id: string, territory: string) =>
  (prices.item(id).subscriptionPrices?.[territory] ?? []).map(({ price }) => price);

describe("codes that are not those of other subscriptions", () => {
  for (const codeShift of [3, 90, 5_000, -3]) {
    it(`are found before the first price is planned (${codeShift})`, async () => {
      await using prices = await startPrices();
      // Now the tables that are shared hold the codes of another one.
      await plan(prices, change(other, "USA", "4.99", start), change(other, "*", "4.99", start));
      shift(prices, unpriced, codeShift);
      const one = await plan(prices, change(unpriced, "USA", "4.99"));
      assert.equal((await apply(prices, one)).status, "applied");
      assert.deepEqual(amounts(prices, unpriced, "USA"), ["4.99"]);
      // A territory without a price, when another one has one.
      const second = await plan(prices, change(unpriced, "GBR", "5.99"));
      assert.equal((await apply(prices, second)).status, "applied");
      assert.deepEqual(amounts(prices, unpriced, "GBR"), ["5.99"]);
    });

    it(`are found before the first prices everywhere are planned (${codeShift})`, async () => {
      await using prices = await startPrices();
      await plan(prices, change(other, "*", "4.99", start));
      shift(prices, unpriced, codeShift);
      const made = await plan(prices, change(unpriced, "*", "4.99"));
      assert.equal((await apply(prices, made)).status, "applied");
      for (const { territory, price } of made.items[0].after) {
        assert.deepEqual(amounts(prices, unpriced, territory), [price]);
      }
    });

    it(`are looked up when they came after the plan (${codeShift})`, async () => {
      await using prices = await startPrices();
      const made = await plan(prices, change(product, "USA", "3.99", start), change(product, "GBR", "4.99"));
      shift(prices, product, codeShift);
      assert.equal((await apply(prices, made)).status, "applied");
      assert.deepEqual(amounts(prices, product, "USA"), ["1.99", "3.99"]);
      assert.equal(amounts(prices, product, "GBR").at(-1), "4.99");
    });
  }

  it("are no reason to leave a scheduled price that is cancelled", async () => {
    await using prices = await startPrices();
    const first = await plan(prices, change(product, "USA", "3.99", start));
    assert.equal((await apply(prices, first)).status, "applied");
    const made = await plan(prices, { app, product, territory: "USA", action: "cancel" });
    shift(prices, product, 90);
    assert.equal((await apply(prices, made)).status, "applied");
    assert.deepEqual(amounts(prices, product, "USA"), ["1.99"]);
  });

  it("reject a plan whose amount is no longer there", async () => {
    await using rig = await startRig();
    const { id } = rig.point(yearly, "USA", "3.99");
    const planned = await rig.plan(yearly, [
      {
        action: "set",
        territory: "USA",
        point: { id, price: "3.98" },
        startDate: "2026-12-10",
        endDate: null,
        preserveCurrentPrice: true,
      },
    ]);
    setItem(rig.relay.simulator.world.appStoreConnect.prices, yearly.id, { codeShift: 90 });
    rig.writes();
    const { status, error } = await rig.carryOut(yearly, planned);
    assert.deepEqual([status, rig.writes()], ["rejected", []]);
    assert.match(error?.message ?? "", /^USA: .*no price of 3\.98 in USA now\.$/);
  });
});

describe("a price point that Apple does not know", () => {
  it("is looked up, and so are those after it", async () => {
    await using rig = await startRig();
    const planned = await rig.plan(
      yearly,
      ["FRA", "USA"].map((territory) => ({
        action: "set" as const,
        territory,
        point: { ...rig.point(yearly, territory, "3.99"), id: gone(territory) },
        startDate: "2026-12-10",
        endDate: null,
        preserveCurrentPrice: true,
      })),
    );
    rig.writes();
    const { status, result } = await rig.carryOut(yearly, planned);
    assert.deepEqual([status, result], ["applied", { written: 2, unchanged: 0 }]);
    assert.deepEqual(rig.writes(), ["POST FRA", "POST FRA", "POST USA"]);
    const read = await rig.read(yearly);
    const set = read.filter(({ startDate }) => startDate === "2026-12-10");
    assert.deepEqual(
      set.map(({ territory, point }) => [territory, point.price]),
      [
        ["FRA", "3.99"],
        ["USA", "3.99"],
      ],
    );
  });
});

function gone(territory: string): string {
  return Buffer.from(`{"s":"${yearly.id}","t":"${territory}","p":"99999"}`).toString("base64url");
}
