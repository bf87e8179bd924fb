import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sameAmounts } from "../../../../functions/app-store-connect/prices/apply/same-amounts.ts";
import type { PriceSchedule } from "../../../../functions/app-store-connect/prices/model.ts";

type Fact = readonly [territory: string, price: string, startDate?: string | null, endDate?: string | null];

let ids = 0;

/** Every point has an ID of its own, as if Apple had given each amount another one. */
function schedule(base: string, ...facts: readonly Fact[]): PriceSchedule {
  const manual = new Map<
    string,
    { startDate: string | null; endDate: string | null; point: { id: string; price: string } }[]
  >();
  for (const [territory, price, startDate = null, endDate = null] of facts) {
    ids += 1;
    const list = manual.get(territory) ?? [];
    list.push({ startDate, endDate, point: { id: `id-${ids}`, price } });
    manual.set(territory, list);
  }
  return { baseTerritory: base, manual };
}

const today = "2026-03-10";
const plain = schedule("USA", ["USA", "4.99"], ["GBR", "3.99"]);
const same = (one: PriceSchedule, other: PriceSchedule) => {
  const forth = sameAmounts(one, other, today);
  assert.equal(sameAmounts(other, one, today), forth);
  return forth;
};

describe("Two schedules have the same amounts", () => {
  it("whatever the IDs of their points are, and however the amounts are written", () => {
    assert.equal(same(plain, schedule("USA", ["GBR", "3.990"], ["USA", "4.99"])), true);
    assert.equal(same(schedule("JPN", ["JPN", "100"]), schedule("JPN", ["JPN", "100.00"])), true);
  });

  it("also where one cuts a price in two, or has what is past", () => {
    const cut = schedule(
      "USA",
      ["USA", "4.99", null, "2026-06-01"],
      ["USA", "4.990", "2026-06-01"],
      ["GBR", "3.99"],
    );
    assert.equal(same(plain, cut), true);
    const past = schedule(
      "USA",
      ["USA", "9.99", null, "2026-03-10"],
      ["USA", "4.99", "2026-03-10"],
      ["GBR", "3.99"],
    );
    assert.equal(same(plain, past), true);
  });

  it("not where an amount, a day, a territory or the base differs", () => {
    for (const other of [
      schedule("USA", ["USA", "4.98"], ["GBR", "3.99"]),
      schedule("USA", ["USA", "4.99"]),
      schedule("USA", ["USA", "4.99"], ["GBR", "3.99"], ["FRA", "3.99"]),
      schedule("GBR", ["USA", "4.99"], ["GBR", "3.99"]),
      schedule("USA", ["USA", "4.99"], ["GBR", "3.99", null, "2026-04-01"]),
      schedule("USA", ["USA", "4.99"], ["GBR", "3.99", "2026-03-11"]),
    ]) {
      assert.equal(same(plain, other), false);
    }
  });

  it("not where an amount is none that can be read, but for the same text", () => {
    assert.equal(same(schedule("USA", ["USA", "?"]), schedule("USA", ["USA", "4.99"])), false);
    assert.equal(same(schedule("USA", ["USA", ""]), schedule("USA", ["USA", "0"])), false);
  });
});
