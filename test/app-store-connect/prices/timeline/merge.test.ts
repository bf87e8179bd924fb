import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mergeChanges } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { changesOf, scheduleOf, type Timeline, timelinesOf, today } from "./notation.ts";
import { equalizedTo, merge, point } from "./world.ts";

// Equalized prices of the examples: tier of the base halved, rounded down, plus 0 in DEU, 1 in FRA, 2 in JPN.

interface Example {
  rule: string;
  before: Record<string, Timeline>;
  changes: string[];
  after: Record<string, Timeline>;
  warnings?: string[];
  touched?: string[];
}

function examples(name: string, rows: readonly Example[]) {
  describe(name, () => {
    for (const { rule, before, changes, after, warnings = [], touched } of rows) {
      it(rule, () => {
        const result = merge({ today, schedule: scheduleOf(before), changes: changesOf(changes) });
        assert.deepEqual(timelinesOf(result.schedule), after);
        assert.deepEqual(
          result.warnings.map(({ code }) => code),
          warnings,
        );
        if (touched) assert.deepEqual(result.touched, touched);
      });
    }
  });
}

examples("the base territory", [
  {
    rule: "a sale is three prices: before, during, after",
    before: { USA: "7" },
    changes: ["set base 5 03-10 03-20"],
    after: { USA: "7 03-10 5 03-20 7" },
    touched: ["USA"],
  },
  {
    rule: "a change without an end stays",
    before: { USA: "7" },
    changes: ["set base 5 03-10 ever"],
    after: { USA: "7 03-10 5" },
  },
  {
    rule: "a change without a start holds from now on",
    before: { USA: "7" },
    changes: ["set base 5 now 03-20"],
    after: { USA: "5 03-20 7" },
  },
  {
    rule: "a start of today is the same as none",
    before: { USA: "7" },
    changes: ["set base 5 03-01 03-20"],
    after: { USA: "5 03-20 7" },
  },
  {
    rule: "a start that has passed since the plan was made is none too",
    before: { USA: "7" },
    changes: ["set base 5 02-28 03-20"],
    after: { USA: "5 03-20 7" },
  },
  {
    rule: "a change that is over since the plan was made changes nothing",
    before: { USA: "7" },
    changes: ["set base 5 02-20 03-01"],
    after: { USA: "7" },
    touched: [],
  },
  {
    rule: "a change across a step ends at the price of its own end, not of its start",
    before: { USA: "7 03-15 6" },
    changes: ["set base 5 03-10 03-20"],
    after: { USA: "7 03-10 5 03-20 6" },
  },
  {
    rule: "edges on existing steps leave no empty days",
    before: { USA: "7 03-10 6 03-20 3" },
    changes: ["set base 5 03-10 03-20"],
    after: { USA: "7 03-10 5 03-20 3" },
  },
  {
    rule: "a price that holds already is joined with its neighbours",
    before: { USA: "7 03-10 5" },
    changes: ["set base 5 03-05 03-20"],
    after: { USA: "7 03-05 5" },
  },
  {
    rule: "past prices are not kept",
    before: { USA: "9 02-01 7 02-20 6 03-01 5" },
    changes: ["set base 4 03-10 ever"],
    after: { USA: "5 03-10 4" },
  },
  {
    rule: "its code names it as well",
    before: { USA: "7" },
    changes: ["set USA 5 03-10 03-20"],
    after: { USA: "7 03-10 5 03-20 7" },
    touched: ["USA"],
  },
]);

examples("several changes of a product", [
  {
    rule: "the later one wins on the days they share, with a warning",
    before: { USA: "7" },
    changes: ["set base 5 03-10 03-20", "set base 4 03-15 03-25"],
    after: { USA: "7 03-10 5 03-15 4 03-25 7" },
    warnings: ["changes_overlap"],
  },
  {
    rule: "the same the other way round",
    before: { USA: "7" },
    changes: ["set base 4 03-15 03-25", "set base 5 03-10 03-20"],
    after: { USA: "7 03-10 5 03-20 4 03-25 7" },
    warnings: ["changes_overlap"],
  },
  {
    rule: "a change within another gives the days back to the outer one",
    before: { USA: "7" },
    changes: ["set base 5 03-10 03-30", "set base 4 03-15 03-20"],
    after: { USA: "7 03-10 5 03-15 4 03-20 5 03-30 7" },
    warnings: ["changes_overlap"],
  },
  {
    rule: "the same price on the same days is no contradiction",
    before: { USA: "7" },
    changes: ["set base 5 03-10 03-20", "set USA 5 03-15 03-25"],
    after: { USA: "7 03-10 5 03-25 7" },
  },
  {
    rule: "days that only touch are not shared",
    before: { USA: "7" },
    changes: ["set base 5 03-10 03-20", "set base 4 03-20 03-25"],
    after: { USA: "7 03-10 5 03-20 4 03-25 7" },
  },
  {
    rule: "changes of the base are laid first, wherever they stand",
    before: { USA: "8" },
    changes: ["set DEU 9 03-10 03-20", "set base 6 now ever"],
    after: { USA: "6", DEU: "3 03-10 9 03-20 -" },
    warnings: ["pinned_price"],
    touched: ["USA", "DEU"],
  },
  {
    rule: "a special price after a global sale stands",
    before: { USA: "8", DEU: "7" },
    changes: ["set * 6 03-10 03-20", "set DEU 2 03-10 03-20"],
    after: { USA: "8 03-10 6 03-20 8", DEU: "7 03-10 2 03-20 7" },
    warnings: ["changes_overlap"],
  },
  {
    rule: "a global sale after a special price covers it",
    before: { USA: "8" },
    changes: ["set DEU 2 now ever", "set * 6 03-10 03-20"],
    after: { USA: "8 03-10 6 03-20 8", DEU: "2 03-10 3 03-20 2" },
    warnings: ["changes_overlap"],
  },
]);

examples("territories with prices of their own", [
  {
    rule: "a change of the base leaves them alone, and says so",
    before: { USA: "8", DEU: "7", FRA: "- 03-15 6", JPN: "5 03-10 -" },
    changes: ["set base 6 03-10 03-20"],
    after: { USA: "8 03-10 6 03-20 8", DEU: "7", FRA: "- 03-15 6", JPN: "5 03-10 -" },
    warnings: ["override_untouched"],
    touched: ["USA"],
  },
  {
    rule: "nothing is said where the base keeps its price",
    before: { USA: "8", DEU: "7" },
    changes: ["set base 8 03-10 03-20"],
    after: { USA: "8", DEU: "7" },
  },
  {
    rule: "`*` gives each of them what goes with the new price of the base, and others none",
    before: { USA: "8", DEU: "7", FRA: "7 03-05 -", GBR: "7 02-20 -" },
    changes: ["set * 6 now ever"],
    after: { USA: "6", DEU: "3", FRA: "4" },
    touched: ["USA", "DEU", "FRA"],
  },
  {
    rule: "`*` includes a price that has not begun",
    before: { USA: "8", DEU: "- 05-01 7" },
    changes: ["set * 6 03-10 03-20"],
    after: { USA: "8 03-10 6 03-20 8", DEU: "4 03-10 3 03-20 4 05-01 7" },
    warnings: ["pinned_price"],
  },
  {
    rule: "one that is not touched is sent as it is, whatever its shape, without what is past",
    before: { USA: "8", DEU: "9 02-01 - 02-20 7 03-10 - 03-20 5 03-30 -", FRA: "9 03-01 -" },
    changes: ["set JPN 4 now ever"],
    after: { USA: "8", DEU: "7 03-10 - 03-20 5 03-30 -", JPN: "4" },
    touched: ["JPN"],
  },
  {
    rule: "an explicit price stays manual where it equals the automatic one",
    before: { USA: "8" },
    changes: ["set DEU 4 now ever"],
    after: { USA: "8", DEU: "4" },
  },
]);

examples("shapes that are known to be accepted", [
  {
    rule: "a price with only a start needs nothing",
    before: { USA: "8" },
    changes: ["set DEU 9 03-10 ever"],
    after: { USA: "8", DEU: "- 03-10 9" },
  },
  {
    rule: "a price with only an end needs nothing: the automatic one returns",
    before: { USA: "8" },
    changes: ["set DEU 9 now 03-20"],
    after: { USA: "8", DEU: "9 03-20 -" },
  },
  {
    rule: "days before a sale are pinned, days after it never",
    before: { USA: "8 04-01 2" },
    changes: ["set DEU 9 03-10 03-20"],
    after: { USA: "8 04-01 2", DEU: "4 03-10 9 03-20 -" },
    warnings: ["pinned_price"],
  },
  {
    rule: "days before it are pinned in steps of the base",
    before: { USA: "8 03-05 4 03-08 2" },
    changes: ["set DEU 9 03-10 03-20"],
    after: { USA: "8 03-05 4 03-08 2", DEU: "4 03-05 2 03-08 1 03-10 9 03-20 -" },
    warnings: ["pinned_price"],
  },
  {
    rule: "steps of the base that make no difference there are no cuts",
    before: { USA: "8 03-05 9 03-08 2" },
    changes: ["set DEU 5 03-10 03-20"],
    after: { USA: "8 03-05 9 03-08 2", DEU: "4 03-08 1 03-10 5 03-20 -" },
    warnings: ["pinned_price"],
  },
  {
    rule: "a gap between two prices is pinned in steps of the base too",
    before: { USA: "8 03-15 4", DEU: "9 03-10 -" },
    changes: ["set DEU 7 03-20 ever"],
    after: { USA: "8 03-15 4", DEU: "9 03-10 4 03-15 2 03-20 7" },
    warnings: ["pinned_price"],
  },
  {
    rule: "pins follow the base as it will be",
    before: { USA: "8" },
    changes: ["set base 4 03-05 ever", "set DEU 9 03-10 03-20"],
    after: { USA: "8 03-05 4", DEU: "4 03-05 2 03-10 9 03-20 -" },
    warnings: ["pinned_price"],
  },
  {
    rule: "prices that follow each other from a start on get the days before pinned",
    before: { USA: "8", DEU: "- 03-20 9" },
    changes: ["set DEU 7 03-10 03-20"],
    after: { USA: "8", DEU: "4 03-10 7 03-20 9" },
    warnings: ["pinned_price"],
  },
  {
    rule: "a gap that joins prices to one leaves nothing to pin before it",
    before: { USA: "8", DEU: "- 03-20 4" },
    changes: ["set DEU 4 03-05 03-10"],
    after: { USA: "8", DEU: "- 03-05 4" },
    warnings: ["pinned_price"],
  },
  {
    rule: "a sale that begins today needs no pin",
    before: { USA: "8" },
    changes: ["set DEU 9 03-01 03-20"],
    after: { USA: "8", DEU: "9 03-20 -" },
  },
]);

examples("cancel", [
  {
    rule: "today's price stays without end",
    before: { USA: "7 03-10 5 03-20 7" },
    changes: ["cancel base"],
    after: { USA: "7" },
    touched: ["USA"],
  },
  {
    rule: "a sale that is running becomes permanent, with a warning",
    before: { USA: "7 02-20 5 03-20 7" },
    changes: ["cancel base"],
    after: { USA: "5" },
    warnings: ["sale_becomes_permanent"],
  },
  {
    rule: "a timeline that ends automatic and costs the automatic price today loses everything",
    before: { USA: "8", DEU: "4 03-10 9 03-20 -" },
    changes: ["cancel DEU"],
    after: { USA: "8" },
    touched: ["DEU"],
  },
  {
    rule: "the automatic price is that of the base as it will be",
    before: { USA: "8", DEU: "4 03-10 9 03-20 -" },
    changes: ["set base 6 now ever", "cancel DEU"],
    after: { USA: "6", DEU: "4" },
    warnings: ["sale_becomes_permanent"],
  },
  {
    rule: "a sale that is running elsewhere becomes permanent, with a warning",
    before: { USA: "8", DEU: "3 03-20 -" },
    changes: ["cancel DEU"],
    after: { USA: "8", DEU: "3" },
    warnings: ["sale_becomes_permanent"],
  },
  {
    rule: "a timeline that ends by hand keeps today's price by hand, also where it is the automatic one",
    before: { USA: "8", DEU: "4 03-10 3 03-20 4" },
    changes: ["cancel DEU"],
    after: { USA: "8", DEU: "4" },
  },
  {
    rule: "where today's price is automatic it stays automatic",
    before: { USA: "8", DEU: "- 03-20 3" },
    changes: ["cancel DEU"],
    after: { USA: "8" },
  },
  {
    rule: "`*` is the base and every territory with prices of its own",
    before: { USA: "8 03-10 6 03-20 8", DEU: "7 03-10 3 03-20 7", FRA: "7", JPN: "- 03-15 1" },
    changes: ["cancel *"],
    after: { USA: "8", DEU: "7", FRA: "7" },
    touched: ["USA", "DEU", "FRA", "JPN"],
  },
  {
    rule: "nothing scheduled, nothing changed",
    before: { USA: "8" },
    changes: ["cancel *", "cancel DEU"],
    after: { USA: "8" },
  },
  {
    rule: "a move is a cancel and a set",
    before: { USA: "8 03-10 6 03-20 8", DEU: "4 03-10 3 03-20 -" },
    changes: ["cancel base", "cancel DEU", "set base 6 04-10 04-20", "set DEU 3 04-10 04-20"],
    after: { USA: "8 04-10 6 04-20 8", DEU: "4 04-10 3 04-20 -" },
    warnings: ["pinned_price"],
  },
  {
    rule: "the wrong order takes back what was just set, with a warning",
    before: { USA: "8" },
    changes: ["set base 6 04-10 04-20", "cancel base"],
    after: { USA: "8" },
    warnings: ["change_cancelled"],
  },
]);

describe("what a merge needs", () => {
  const schedule = scheduleOf({ USA: "8 03-05 6", DEU: "7", FRA: "3 03-20 -" });
  const needsOf = (changes: string[]) => {
    const result = mergeChanges({ schedule, changes: changesOf(changes), today, equalize: () => undefined });
    return result.kind === "needs" ? result.equalizations.map(({ id }) => id) : [];
  };

  for (const [changes, needed] of [
    [["set base 5 03-10 ever"], []],
    [["set DEU 5 now ever"], []],
    [["set JPN 5 03-10 ever"], []],
    [["set * 5 03-10 ever"], ["USA-5"]],
    [["set JPN 5 03-10 03-20"], ["USA-8", "USA-6"]],
    [["set base 4 now ever", "set JPN 5 03-10 03-20"], ["USA-4"]],
    [["cancel DEU"], []],
    [["cancel FRA"], ["USA-8"]],
    [
      ["cancel *", "set * 5 03-10 03-20"],
      ["USA-8", "USA-5"],
    ],
  ] as const) {
    it(`${changes.join(", ")}: ${needed.join(", ") || "nothing"}`, () => {
      assert.deepEqual(needsOf([...changes]), needed);
    });
  }

  it("lets through what the look-up throws", () => {
    assert.throws(
      () =>
        mergeChanges({
          schedule,
          changes: changesOf(["set * 5"]),
          today,
          equalize: (basePoint, territory) => {
            throw new Error(`No equalization of ${basePoint.price} in ${territory}.`);
          },
        }),
      /^Error: No equalization of 5\.99 in DEU\.$/,
    );
  });

  it("refuses a set without a price, which no input check lets through", () => {
    const changes = changesOf(["set base 5"]).map(({ point: _point, ...change }) => change);
    assert.throws(() => mergeChanges({ schedule, changes, today, equalize: equalizedTo }), TypeError);
  });

  it("leaves the schedule that it was given as it was", () => {
    const given = scheduleOf({ USA: "8", DEU: "7" });
    merge({ today, schedule: given, changes: changesOf(["set * 5 03-10 03-20"]) });
    assert.deepEqual(timelinesOf(given), { USA: "8", DEU: "7" });
    assert.equal(given.manual.get("USA")?.[0]?.point.id, point("USA", 8).id);
  });
});
