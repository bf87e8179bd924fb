import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  presentSchedule,
  priceOn,
  sameSchedule,
  scheduleProblems,
} from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { scheduleOf, type Timeline, timelinesOf, today } from "./notation.ts";
import { point } from "./world.ts";

describe("a schedule as it is seen today", () => {
  it("has no past, and no start on or before today", () => {
    const seen = presentSchedule(
      scheduleOf({ USA: "9 02-01 8 03-01 7 03-02 6", DEU: "5 02-28 -", FRA: "- 02-20 4", JPN: "- 03-01 3" }),
      today,
    );
    assert.deepEqual(timelinesOf(seen), { USA: "7 03-02 6", FRA: "4", JPN: "3" });
  });

  it("is sorted, and cut where it was cut", () => {
    const [first, second] = [
      { startDate: null, endDate: "2026-03-10", point: point("USA", 7) },
      { startDate: "2026-03-10", endDate: null, point: point("USA", 7) },
    ];
    const seen = presentSchedule(
      { baseTerritory: "USA", manual: new Map([["USA", [second, first]]]) },
      today,
    );
    assert.deepEqual(seen.manual.get("USA"), [first, second]);
  });
});

describe("two schedules", () => {
  const rows: [why: string, a: Record<string, Timeline>, b: Record<string, Timeline>, same: boolean][] = [
    ["equal", { USA: "7 03-10 5", DEU: "4" }, { DEU: "4", USA: "7 03-10 5" }, true],
    ["different only in the past", { USA: "9 02-01 7" }, { USA: "8 02-10 7" }, true],
    ["a start of today and none", { USA: "9 03-01 7" }, { USA: "7" }, true],
    ["a territory whose prices are over, and none", { USA: "7", DEU: "4 03-01 -" }, { USA: "7" }, true],
    ["cut where nothing changes", { USA: "7 03-10 7" }, { USA: "7" }, true],
    ["another price", { USA: "7" }, { USA: "8" }, false],
    ["another day", { USA: "7 03-10 5" }, { USA: "7 03-11 5" }, false],
    ["a price more", { USA: "7" }, { USA: "7", DEU: "4" }, false],
    ["a price less", { USA: "7", DEU: "4" }, { USA: "7" }, false],
    ["by hand or automatic at its end", { USA: "7", DEU: "4 03-10 -" }, { USA: "7", DEU: "4" }, false],
  ];
  for (const [why, a, b, same] of rows) {
    it(`${why}: ${same ? "the same" : "not the same"}`, () => {
      assert.equal(sameSchedule(scheduleOf(a), scheduleOf(b), today), same);
    });
  }

  it("of different bases are not the same", () => {
    const schedule = scheduleOf({ USA: "7", DEU: "4" });
    assert.equal(sameSchedule(schedule, { ...schedule, baseTerritory: "DEU" }, today), false);
  });
});

describe("the manual price of a day", () => {
  const schedule = scheduleOf({ USA: "7", DEU: "- 03-10 4 03-20 -" });
  for (const [territory, day, tier] of [
    ["USA", "2026-03-10", 7],
    ["DEU", "2026-03-09", undefined],
    ["DEU", "2026-03-10", 4],
    ["DEU", "2026-03-19", 4],
    ["DEU", "2026-03-20", undefined],
    ["FRA", "2026-03-10", undefined],
  ] as const) {
    it(`${territory} on ${day}: ${tier ?? "automatic"}`, () => {
      const wanted = tier === undefined ? undefined : point(territory, tier);
      assert.deepEqual(priceOn(schedule, territory, day), wanted);
    });
  }
});

describe("what Apple refuses", () => {
  const rows: [Record<string, Timeline>, messages: RegExp[]][] = [
    [{ USA: "7" }, []],
    [{ USA: "7 03-10 5 03-20 7", DEU: "4", FRA: "- 03-10 4", JPN: "4 03-10 -" }, []],
    [{ USA: "7", DEU: "4 03-10 - 03-20 4 04-01 -" }, []],
    [{ DEU: "4" }, [/^USA: the base territory needs a manual price\.$/]],
    [
      { USA: "7 03-10 -" },
      [/^USA: the last price of the base territory ends on 2026-03-10, and must have no end\.$/],
    ],
    [
      { USA: "- 03-10 7" },
      [/^USA: the first price of the base territory starts on 2026-03-10, and must have no start\.$/],
    ],
    [
      { USA: "7 03-10 - 03-11 5" },
      [/^USA: the base territory has no price from 2026-03-10 until before 2026-03-11\.$/],
    ],
    [
      { USA: "7", DEU: "- 02-28 4" },
      [/^DEU: the price 4\.99 from 2026-02-28 on starts in the past, before 2026-03-01\.$/],
    ],
    [{ USA: "7", DEU: "- 03-01 4" }, []],
    [
      { USA: "7", DEU: "4 03-01 -" },
      [/^DEU: the price 4\.99 until before 2026-03-01 is over on 2026-03-01 already\.$/],
    ],
    [{ USA: "7", DEU: "4 02-30 -" }, [/^DEU: .* has a date that does not exist, 2026-02-30\.$/]],
    [{ USA: "7", DEU: "- 03-20 4 03-20 -" }, [/^DEU: .* ends before it starts\.$/]],
  ];
  for (const [timelines, messages] of rows) {
    it(`${JSON.stringify(timelines)}: ${messages.length === 0 ? "nothing" : messages.join(", ")}`, () => {
      const found = scheduleProblems(scheduleOf(timelines), today);
      assert.equal(found.length, messages.length, JSON.stringify(found));
      for (const [place, pattern] of messages.entries()) assert.match(found[place]?.message ?? "", pattern);
    });
  }

  it("prices on the same days, in every territory", () => {
    const twice = (territory: string) => [
      { startDate: null, endDate: null, point: point(territory, 4) },
      { startDate: "2026-03-10", endDate: null, point: point(territory, 5) },
    ];
    const manual = new Map([
      ["USA", twice("USA")],
      ["DEU", twice("DEU")],
    ]);
    assert.deepEqual(
      scheduleProblems({ baseTerritory: "USA", manual }, today),
      ["USA", "DEU"].map((territory) => ({
        territory,
        message: `${territory}: the prices 4.99 on all days and 5.99 from 2026-03-10 on hold on the same days.`,
      })),
    );
  });
});
