import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { PriceSchedule } from "../../../../functions/app-store-connect/prices/model.ts";
import { compareSchedules } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { scheduleOf, today } from "./notation.ts";
import { base, dayAt, equalizedTo, horizon, manualDays, merge, worlds } from "./world.ts";

const rowsOf = (before: PriceSchedule, after: PriceSchedule, equalize: typeof equalizedTo = equalizedTo) =>
  compareSchedules({ before, after, today, equalize }).map(
    ({ territory, from, to, before: old, after: young, percent }) =>
      `${territory} ${from ?? "now"} ${to ?? "ever"} ${old} ${young} ${percent}`,
  );

describe("two schedules side by side", () => {
  it("shows the days between which nothing changes, base first, then by code", () => {
    assert.deepEqual(
      rowsOf(
        scheduleOf({ JPN: "4 03-15 -", USA: "9 02-01 8", GBR: "3 02-01 -" }),
        scheduleOf({ DEU: "4 03-10 2 03-20 -", JPN: "4 03-15 -", USA: "8 03-10 6 03-20 8" }),
      ),
      [
        "USA now 2026-03-10 8.99 8.99 0",
        "USA 2026-03-10 2026-03-20 8.99 6.99 -22.25",
        "USA 2026-03-20 ever 8.99 8.99 0",
        "DEU now 2026-03-10 4.99 4.99 0",
        "DEU 2026-03-10 2026-03-20 4.99 2.99 -40.08",
        "DEU 2026-03-20 ever 4.99 4.99 0",
        "JPN now 2026-03-15 4.99 4.99 0",
        "JPN 2026-03-15 2026-03-20 6.99 5.99 -14.31",
        "JPN 2026-03-20 ever 6.99 6.99 0",
      ],
    );
  });

  it("says nothing of automatic days that were not read", () => {
    const unknown = compareSchedules({
      before: scheduleOf({ USA: "8" }),
      after: scheduleOf({ USA: "8 03-05 6", DEU: "4" }),
      today,
      equalize: () => undefined,
    });
    assert.deepEqual(
      unknown.filter(({ territory }) => territory === "DEU"),
      [{ territory: "DEU", from: null, to: null, before: undefined, after: "4.99", percent: undefined }],
    );
  });

  const priced = (price: string): PriceSchedule => ({
    baseTerritory: "USA",
    manual: new Map([["USA", [{ startDate: null, endDate: null, point: { id: price, price } }]]]),
  });
  for (const [before, after, percent] of [
    ["4.99", "4.99", 0],
    ["5.00", "5", 0],
    ["10", "15", 50],
    ["0.99", "1.99", 101.01],
    ["3", "2", -33.33],
    ["3", "4", 33.33],
    ["6", "7", 16.67],
    // 1.005 % and 0.285 %: as binary fractions both lie just below the half.
    ["200", "202.01", 1.01],
    ["1000", "1002.85", 0.29],
    ["200", "197.99", -1.01],
    ["1000000", "999999.99", 0],
    ["4.99", "0", -100],
    ["0.0", "4.99", undefined],
    ["0", "0", undefined],
    ["12345678901234567890.01", "24691357802469135780.02", 100],
    ["n/a", "4.99", undefined],
  ] as const) {
    it(`${before} to ${after} is ${percent} %`, () => {
      const [row] = compareSchedules({
        before: priced(before),
        after: priced(after),
        today,
        equalize: () => undefined,
      });
      assert.ok(Object.is(row?.percent, percent), `${row?.percent}`);
    });
  }

  it("covers every day of a merge once, with the prices of that day", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { schedule: after } = merge(world);
        const rows = compareSchedules({
          before: world.schedule,
          after,
          today: world.today,
          equalize: equalizedTo,
        });
        const shown = new Set(rows.map(({ territory }) => territory));
        for (const territory of shown) {
          const amounts = [world.schedule, after].map((schedule) => {
            const ofBase = manualDays(schedule, base, world.today);
            return manualDays(schedule, territory, world.today).map((own, day) => {
              const basePoint = ofBase[day];
              return (own ?? (basePoint && equalizedTo(basePoint, territory)))?.price;
            });
          });
          const own = rows.filter((row) => row.territory === territory);
          let end: string | null = null;
          for (const [place, row] of own.entries()) {
            assert.equal(row.from, end);
            assert.ok(
              place === 0 || row.before !== own[place - 1]?.before || row.after !== own[place - 1]?.after,
            );
            end = row.to;
          }
          assert.equal(end, null);
          for (let day = 0; day < horizon; day += 1) {
            const date = dayAt(world.today, day);
            const row = own.findLast(({ from }) => (from ?? "") <= date);
            if (row?.before !== amounts[0]?.[day] || row?.after !== amounts[1]?.[day]) {
              assert.fail(`${territory} on ${date}`);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
