import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sameAmount } from "../../../../functions/app-store-connect/prices/amounts.ts";
import type { PricePoint } from "../../../../functions/app-store-connect/prices/model.ts";
import {
  choosePoint,
  type PointChoice,
  type Rounding,
  roundings,
} from "../../../../functions/app-store-connect/prices/plan/choose-point.ts";

const where = "USD in USA";
const points = (...prices: string[]) =>
  prices.map((price, place): PricePoint => ({ id: `p${place}`, price }));
const dollars = points("0.00", "0.29", "4.49", "4.99", "5.00", "9.99");

const choose = (wanted: string, rounding: Rounding, among: readonly PricePoint[] = dollars) =>
  choosePoint(among, wanted, rounding, where);

function priceOf(choice: PointChoice): string {
  return "point" in choice ? choice.point.price : choice.code;
}

function messageOf(choice: PointChoice): string {
  return "point" in choice ? choice.point.price : choice.message;
}

describe("Choosing a price point", () => {
  it("takes the one of the amount, however it is written and in any rounding", () => {
    for (const rounding of roundings) {
      assert.deepEqual(
        ["4.99", "4.990", "5", "5.0", "05.00", "0", "0.00"].map((wanted) =>
          priceOf(choose(wanted, rounding)),
        ),
        ["4.99", "4.99", "5.00", "5.00", "5.00", "0.00", "0.00"],
      );
    }
    assert.equal(priceOf(choose("100.00", "exact", points("50", "100", "150"))), "100");
    assert.equal(priceOf(choose("4.9900", "exact", points("4.99"))), "4.99");
  });

  it("rejects an amount that is not offered and names both neighbours", () => {
    assert.deepEqual(choose("4.50", "exact"), {
      code: "price_not_found",
      message:
        "Apple offers no price of 4.50 USD in USA. The nearest are 4.49 and 4.99. Use one of them, or set rounding.",
    });
    assert.match(messageOf(choose("10", "exact")), /The nearest is 9\.99\./);
    // What is free is no neighbour: nobody should be led to it.
    assert.match(messageOf(choose("0.01", "exact")), /The nearest is 0\.29\./);
  });

  it("rounds to the nearest, and of two that are equally near to the lower one", () => {
    const even = points("1.00", "2.00", "4.00");
    assert.deepEqual(
      ["1.49", "1.50", "1.51", "3.00", "3.000001", "0.01", "99"].map((wanted) =>
        priceOf(choose(wanted, "nearest", even)),
      ),
      ["1.00", "1.00", "2.00", "2.00", "4.00", "1.00", "4.00"],
    );
  });

  it("rounds down and up, and rejects where there is nothing on that side", () => {
    assert.equal(priceOf(choose("4.98", "down")), "4.49");
    assert.equal(priceOf(choose("4.98", "up")), "4.99");
    assert.equal(priceOf(choose("99", "down")), "9.99");
    const above = choose("99", "up");
    assert.deepEqual(
      [priceOf(above), messageOf(above)],
      ["price_not_found", "Apple offers no price of 99 USD in USA. The nearest is 9.99."],
    );
    assert.match(messageOf(choose("0.10", "down")), /The nearest is 0\.29\./);
  });

  it("never makes something free that was not asked to be", () => {
    for (const rounding of roundings) {
      assert.notEqual(priceOf(choose("0.01", rounding)), "0.00");
      assert.equal(priceOf(choose("0.01", rounding, points("0.00"))), "price_not_found");
    }
  });

  it("rounds nothing to what it is not: 0 is not offered where only prices are", () => {
    const priced = points("0.29", "0.99");
    assert.equal(priceOf(choose("0", "exact", priced)), "price_not_found");
    assert.equal(priceOf(choose("0", "down", priced)), "price_not_found");
  });

  it("rejects an amount that several points share, also where rounding leads to it", () => {
    const shared = points("3.99", "4.99", "4.99", "5.99");
    for (const [wanted, rounding] of [
      ["4.99", "exact"],
      ["4.9", "nearest"],
      ["4.5", "up"],
      ["5.5", "down"],
    ] as const) {
      const choice = choose(wanted, rounding, shared);
      assert.equal(priceOf(choice), "price_ambiguous");
      assert.match(messageOf(choice), /2 price points of 4\.99 USD in USA/);
    }
    assert.equal(priceOf(choose("5.99", "exact", shared)), "5.99");
    // The same point twice is one point.
    const [twice] = points("1.99");
    assert.equal(priceOf(choose("1.99", "exact", twice ? [twice, twice] : [])), "1.99");
  });

  it("says so where Apple offers nothing at all", () => {
    assert.deepEqual(choose("4.99", "nearest", []), {
      code: "price_not_found",
      message: "Apple offers no price of 4.99 USD in USA. It offers none at all there.",
    });
  });

  it("passes over amounts of Apple's that are none, and takes none from a caller", () => {
    assert.equal(priceOf(choose("4.99", "exact", points("", "n/a", "4.99"))), "4.99");
    assert.equal(priceOf(choose("4,99", "nearest")), "price_not_found");
  });

  it("keeps to the side that was asked for, and to the nearest", () => {
    const cents = fc.integer({ min: 0, max: 2_000 });
    fc.assert(
      fc.property(fc.uniqueArray(cents, { maxLength: 30 }), cents, (offered, wanted) => {
        const among = offered.map(
          (value): PricePoint => ({ id: String(value), price: (value / 100).toFixed(2) }),
        );
        const positive = offered.filter((value) => value > 0);
        const text = (wanted / 100).toFixed(2);
        for (const rounding of roundings) {
          const choice = choosePoint(among, text, rounding, where);
          const got = "point" in choice ? Number(choice.point.id) : undefined;
          if (offered.includes(wanted)) {
            assert.equal(got, wanted);
            continue;
          }
          const best = {
            exact: undefined,
            down: Math.max(...positive.filter((value) => value < wanted)),
            up: Math.min(...positive.filter((value) => value > wanted)),
            nearest: positive.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b)[0],
          }[rounding];
          assert.equal(got, Number.isFinite(best ?? Number.NaN) ? best : undefined);
        }
      }),
    );
  });
});

describe("Amounts", () => {
  it("are the same as decimals, not as texts or as binary fractions", () => {
    assert.equal(sameAmount("5", "5.00"), true);
    assert.equal(sameAmount("100", "100.0"), true);
    assert.equal(sameAmount("0.1", "0.10"), true);
    assert.equal(sameAmount("999999999999999.01", "999999999999999.02"), false);
    assert.equal(sameAmount("5", "5.001"), false);
    assert.equal(sameAmount("five", "five"), true);
    assert.equal(sameAmount("five", "5"), false);
  });
});
