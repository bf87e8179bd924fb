import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, isDay, pacificDay, pacificMidnight } from "../../local/simulator/world/prices/pacific.ts";

test("a day begins at 07:00 UTC in summer and 08:00 in winter, also when the clocks change that day", () => {
  const begins = {
    "2026-07-01": Date.UTC(2026, 6, 1, 7),
    "2026-12-01": Date.UTC(2026, 11, 1, 8),
    // The clocks change at 02:00 of these days.
    "2026-03-08": Date.UTC(2026, 2, 8, 8),
    "2026-03-09": Date.UTC(2026, 2, 9, 7),
    "2026-11-01": Date.UTC(2026, 10, 1, 7),
    "2026-11-02": Date.UTC(2026, 10, 2, 8),
  };
  for (const [day, start] of Object.entries(begins)) {
    assert.equal(pacificMidnight(day), start / 1_000, day);
    assert.deepEqual([pacificDay(start - 1), pacificDay(start)], [addDays(day, -1), day]);
  }
});

test("days are those of the calendar", () => {
  for (const day of ["2026-12-31", "2028-02-29"]) assert.ok(isDay(day));
  for (const text of ["2026-02-29", "2026-13-01", "2026-1-1", "2026-01-01T00:00", ""])
    assert.ok(!isDay(text), text);
  assert.equal(addDays("2026-12-31", 1), "2027-01-01");
});
