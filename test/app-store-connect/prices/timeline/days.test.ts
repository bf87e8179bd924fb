import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  addDays,
  isDay,
  pacificDay,
  pacificMidnight,
} from "../../../../functions/app-store-connect/prices/timeline/index.ts";

describe("the day in US Pacific time", () => {
  for (const [at, day] of [
    ["2026-03-01T07:59:59.999Z", "2026-02-28"],
    ["2026-03-01T08:00:00Z", "2026-03-01"],
    // Clocks change on 8 March and 1 November 2026.
    ["2026-03-08T07:59:59.999Z", "2026-03-07"],
    ["2026-03-09T06:59:59.999Z", "2026-03-08"],
    ["2026-03-09T07:00:00Z", "2026-03-09"],
    ["2026-11-01T07:00:00Z", "2026-11-01"],
    ["2026-11-02T07:59:59.999Z", "2026-11-01"],
    ["2026-11-02T08:00:00Z", "2026-11-02"],
    ["2026-01-01T00:00:00Z", "2025-12-31"],
  ] as const) {
    it(`${at} is ${day}`, () => assert.equal(pacificDay(Date.parse(at)), day));
  }

  it("begins at midnight there", () => {
    assert.equal(pacificMidnight("2026-03-08"), Date.parse("2026-03-08T08:00:00Z"));
    assert.equal(pacificMidnight("2026-03-09"), Date.parse("2026-03-09T07:00:00Z"));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), (count) => {
        const day = addDays("2000-01-01", count);
        const midnight = pacificMidnight(day);
        assert.equal(pacificDay(midnight), day);
        assert.equal(pacificDay(midnight - 1), addDays(day, -1));
      }),
    );
  });

  it("refuses what is no day", () => {
    for (const text of ["2026-02-29", "today", "", "2026-2-1"]) {
      assert.throws(() => pacificMidnight(text), RangeError);
      assert.throws(() => addDays(text, 1), RangeError);
      assert.equal(isDay(text), false);
    }
    assert.throws(() => addDays("9999-12-31", 1), RangeError);
    assert.equal(isDay("2028-02-29"), true);
  });

  it("counts days across the ends of months and years", () => {
    assert.equal(addDays("2026-12-31", 1), "2027-01-01");
    assert.equal(addDays("2028-03-01", -1), "2028-02-29");
    assert.equal(addDays("2026-03-07", 2), "2026-03-09");
    assert.equal(addDays("2026-03-07", 0), "2026-03-07");
  });
});
