import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { PriceInterval, Territory } from "../../../../functions/app-store-connect/prices/model.ts";
import {
  mergeChanges,
  presentSchedule,
  sameSchedule,
  scheduleProblems,
} from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { expected } from "./oracle.ts";
import {
  base,
  dayAt,
  daysOf,
  equalizedTo,
  manualDays,
  merge,
  others,
  pricesBy,
  territories,
  type World,
  worlds,
} from "./world.ts";

const runs = { numRuns: 2_000 };

/** What each territory costs on each day, by a schedule. */
function pricesOf(schedule: World["schedule"], today: string): Map<Territory, string[]> {
  const ofBase = manualDays(schedule, base, today);
  return new Map(territories.map((one) => [one, pricesBy(ofBase, manualDays(schedule, one, today), one)]));
}

describe("merging, day by day", () => {
  it("gives every territory and day what the rules say, in at most three rounds", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { schedule, rounds } = merge(world);
        const cells = expected(world);
        const ofBase = cells.get(base) ?? [];
        const wanted = new Map(territories.map((one) => [one, pricesBy(ofBase, cells.get(one) ?? [], one)]));
        assert.deepEqual(pricesOf(schedule, world.today), wanted);
        assert.ok(rounds <= 3, `${rounds} rounds`);
      }),
      runs,
    );
  });

  it("gives every named day the price asked for, the last change winning", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { changes, today } = world;
        const result = pricesOf(merge(world).schedule, today);
        // A change is settled where nothing after it is about the same territory.
        for (const [place, change] of changes.entries()) {
          const named = change.territory === "*" || change.territory === undefined ? base : change.territory;
          const rivals = changes.slice(place + 1).filter((other) => {
            const target = other.territory ?? base;
            return target === named || target === "*";
          });
          if (change.action === "cancel" || rivals.some(({ action }) => action === "cancel")) continue;
          const taken = new Set(rivals.flatMap((rival) => daysOf(rival, today)));
          for (const day of daysOf(change, today).filter((one) => !taken.has(one))) {
            if (result.get(named)?.[day] !== change.point?.id) assert.fail(`${named}, day ${day}`);
          }
        }
      }),
      runs,
    );
  });

  it("keeps the price of every day that no change names", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { schedule, changes, today } = world;
        if (changes.some(({ action }) => action === "cancel")) return;
        const result = merge(world).schedule;
        const newBase = manualDays(result, base, today);
        const [before, after] = [pricesOf(schedule, today), pricesOf(result, today)];
        for (const territory of territories) {
          const own = manualDays(schedule, territory, today);
          const named = new Set(
            changes
              .filter((change) => change.territory === "*" || (change.territory ?? base) === territory)
              .flatMap((change) => daysOf(change, today)),
          );
          const baseNamed = changes.some((change) => [undefined, "*", base].includes(change.territory));
          for (const [day, price] of own.entries()) {
            if (named.has(day)) continue;
            const follows = price === null && baseNamed && territory !== base ? newBase[day] : undefined;
            const kept = follows ? equalizedTo(follows, territory).id : before.get(territory)?.[day];
            if (after.get(territory)?.[day] !== kept) assert.fail(`${territory}, day ${day}`);
          }
        }
      }),
      runs,
    );
  });

  it("moves no price anywhere else when the base is not named", () => {
    fc.assert(
      fc.property(worlds, fc.constantFrom(...others), (world, territory) => {
        const { schedule, today } = world;
        const changes = world.changes.map((change) => ({
          ...change,
          territory,
          ...(change.point
            ? { point: { ...change.point, id: `${territory}${change.point.id.slice(3)}` } }
            : {}),
        }));
        const result = merge({ ...world, changes });
        const [before, after] = [pricesOf(schedule, today), pricesOf(result.schedule, today)];
        for (const other of territories.filter((one) => one !== territory)) {
          assert.deepEqual(after.get(other), before.get(other));
        }
        assert.deepEqual(result.touched, [territory]);
      }),
      runs,
    );
  });
});

describe("the shape of what was merged", () => {
  it("breaks no rule of Apple's, sends other territories as they were, and cuts nothing twice", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { today } = world;
        const { schedule, touched } = merge(world);
        assert.deepEqual(scheduleProblems(schedule, today), []);
        const present = presentSchedule(world.schedule, today);
        for (const territory of territories) {
          const intervals = schedule.manual.get(territory) ?? [];
          if (touched.includes(territory)) {
            assert.ok(isKnownShape(intervals), `${territory}: ${JSON.stringify(intervals)}`);
            for (const [place, { startDate, point }] of intervals.entries()) {
              const before = intervals[place - 1];
              assert.ok(!(before?.endDate === startDate && before?.point.id === point.id && place > 0));
            }
          } else {
            assert.deepEqual(intervals, present.manual.get(territory) ?? []);
          }
        }
      }),
      runs,
    );
  });

  it("pins no more days than an accepted shape needs, and says so", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { today } = world;
        const { schedule, touched, warnings } = merge(world);
        const cells = expected(world);
        for (const territory of others) {
          const asked = cells.get(territory) ?? [];
          const written = manualDays(schedule, territory, today);
          const pinned = written.flatMap((price, day) =>
            price !== null && asked[day] === null ? [day] : [],
          );
          const last = asked.findLastIndex((price) => price !== null);
          assert.ok(
            pinned.every((day) => day < last),
            `${territory} is pinned after its last price`,
          );
          const first = asked.findIndex((price) => price !== null);
          const onePrice = asked.slice(first).every((price) => price?.id === asked[first]?.id);
          if (onePrice || !touched.includes(territory)) assert.deepEqual(pinned, []);
          assert.equal(
            warnings.filter((one) => one.code === "pinned_price" && one.territory === territory).length,
            pinned.length > 0 ? 1 : 0,
          );
        }
      }),
      runs,
    );
  });

  it("holds on the next day too", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { schedule } = merge(world);
        const tomorrow = dayAt(world.today, 1);
        const seen = presentSchedule(schedule, tomorrow);
        assert.ok(sameSchedule(schedule, seen, tomorrow));
        assert.deepEqual(scheduleProblems(seen, tomorrow), []);
        const prices = pricesOf(seen, tomorrow);
        for (const [territory, before] of pricesOf(schedule, world.today)) {
          assert.deepEqual(prices.get(territory)?.slice(0, -1), before.slice(1));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("stays as it is when the same prices are set again", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        // A cancel keeps what holds today, which an earlier run may have set; and a territory that has a manual
        // price only since a change gave it one belongs to `*` the second time.
        const changes = world.changes.filter(
          ({ action, territory }) => action === "set" && [undefined, "*", base].includes(territory),
        );
        const only = world.changes.filter(({ action, territory }) => action === "set" && territory !== "*");
        for (const list of [changes, only]) {
          const once = merge({ ...world, changes: list }).schedule;
          const twice = merge({ ...world, changes: list, schedule: once });
          assert.ok(sameSchedule(once, twice.schedule, world.today));
          assert.deepEqual(
            twice.warnings.filter(({ code }) => code === "pinned_price"),
            [],
          );
        }
      }),
      runs,
    );
  });

  it("lets through that a territory has no equalization", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const noEqualization = new Error("no equalization");
        const { schedule, changes, today } = world;
        let asked = false;
        const run = () =>
          mergeChanges({
            schedule,
            changes,
            today,
            equalize: () => {
              asked = true;
              throw noEqualization;
            },
          });
        try {
          run();
        } catch (thrown) {
          assert.equal(thrown, noEqualization);
          return;
        }
        assert.equal(asked, false);
      }),
      { numRuns: 300 },
    );
  });
});

/** One price without an end, or prices without a gap from the beginning on. */
function isKnownShape(intervals: readonly PriceInterval[]): boolean {
  const [first] = intervals;
  if (first === undefined || (intervals.length === 1 && first.endDate === null)) return true;
  return intervals.every(({ startDate }, place) => {
    const before = intervals[place - 1];
    return before === undefined ? startDate === null : startDate !== null && before.endDate === startDate;
  });
}
