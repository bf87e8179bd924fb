import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { percentChange } from "../../../../functions/app-store-connect/prices/amounts.ts";
import { guardPercent, largestPercent } from "../../../../functions/app-store-connect/prices/plan/guard.ts";
import { Rejection } from "../../../../functions/app-store-connect/prices/plan/rejection.ts";
import type { PriceRow } from "../../../../functions/app-store-connect/prices/timeline/index.ts";

function row(territory: string, before: string | undefined, after: string | undefined): PriceRow {
  return { territory, from: null, to: null, before, after, percent: percentChange(before, after) };
}

function refused(rows: readonly PriceRow[], limit: number): string | undefined {
  try {
    guardPercent(rows, { percent: limit, fieldOf: () => "changes[3].price" });
  } catch (thrown) {
    assert.ok(thrown instanceof Rejection);
    assert.equal(thrown.problem.code, "change_too_large");
    assert.equal(thrown.problem.field, "changes[3].price");
    return thrown.problem.message;
  }
  return undefined;
}

describe("The guard of large changes", () => {
  it("refuses what is over the limit, up and down, and nothing at it", () => {
    assert.equal(refused([row("USA", "10", "7"), row("GBR", "10", "13")], 30), undefined);
    assert.equal(
      refused([row("USA", "10", "9"), row("GBR", "10", "6.9")], 30),
      "The price in GBR goes from 10 to 6.9 (-31 %). More than 30 percent are refused here (setting PRICE_MAX_CHANGE_PERCENT).",
    );
    assert.match(refused([row("USA", "10", "13.1")], 30) ?? "", /\(\+31/);
  });

  it("holds a step from free to a price for the largest of all", () => {
    assert.match(refused([row("USA", "0.00", "0.99")], 1_000_000) ?? "", /from 0\.00 to 0\.99\. /);
    assert.equal(refused([row("USA", "0.00", "0")], 10), undefined);
    assert.match(refused([row("USA", "4.99", "0.00")], 99) ?? "", /-100 %/);
    assert.equal(refused([row("USA", "4.99", "0.00")], 100), undefined);
  });

  it("warns from 50 percent on, once, with the number of further territories", () => {
    assert.deepEqual(guardPercent([row("USA", "10", "5.01"), row("GBR", "10", "14.99")]), []);
    assert.deepEqual(guardPercent([row("USA", "10", "5")]), [
      { code: "large_change", territory: "USA", message: "The price in USA goes from 10 to 5 (-50 %)." },
    ]);
    const [warning, ...others] = guardPercent([
      row("USA", "10", "5"),
      row("USA", "10", "4"),
      row("GBR", "10", "15"),
      row("JPN", "100", "300"),
      row("BRA", "9", "9.1"),
    ]);
    assert.deepEqual(others, []);
    assert.match(warning?.message ?? "", /and in 2 other territories too\.$/);
  });

  it("says nothing of amounts that nobody knows", () => {
    assert.deepEqual(
      guardPercent([row("USA", undefined, "5"), row("GBR", "5", undefined)], {
        percent: 1,
        fieldOf: () => "price",
      }),
      [],
    );
  });

  it("names the largest change of some, with its sign", () => {
    assert.equal(
      largestPercent([{ percent: 10 }, { percent: -40 }, { percent: undefined }, { percent: 30 }]),
      -40,
    );
    assert.equal(largestPercent([{ percent: undefined }]), undefined);
    assert.equal(largestPercent([]), undefined);
  });
});
