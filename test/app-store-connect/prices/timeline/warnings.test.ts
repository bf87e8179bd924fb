import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PriceWarning } from "../../../../functions/app-store-connect/prices/model.ts";
import { changesOf, scheduleOf, type Timeline, today } from "./notation.ts";
import { merge } from "./world.ts";

function warningsOf(before: Record<string, Timeline>, changes: string[]): PriceWarning[] {
  return merge({ today, schedule: scheduleOf(before), changes: changesOf(changes) }).warnings;
}

describe("warnings are sentences that name changes, territories, days and amounts", () => {
  it("changes_overlap", () => {
    assert.deepEqual(
      warningsOf({ USA: "8", DEU: "7", FRA: "7" }, ["set * 6 03-10 03-20", "set * 2 03-15 ever"]),
      [
        {
          code: "changes_overlap",
          message:
            "changes[0] and changes[1] set different prices on the same days: 6.99 and 2.99 in USA from 2026-03-15 until before 2026-03-20, 3.99 and 1.99 in DEU from 2026-03-15 until before 2026-03-20 and 4.99 and 2.99 in FRA from 2026-03-15 until before 2026-03-20. changes[1] wins on these days, because it comes later.",
          changes: [0, 1],
        },
      ],
    );
    assert.deepEqual(warningsOf({ USA: "8" }, ["set DEU 6", "set FRA 5", "set DEU 2"]), [
      {
        code: "changes_overlap",
        message:
          "changes[0] and changes[2] set different prices on the same days: 6.99 and 2.99 in DEU on all days. changes[2] wins on these days, because it comes later.",
        changes: [0, 2],
        territory: "DEU",
      },
    ]);
  });

  it("change_cancelled", () => {
    assert.deepEqual(warningsOf({ USA: "8" }, ["set base 6 03-10", "cancel base", "set base 5 03-10"]), [
      {
        code: "change_cancelled",
        message:
          "changes[1] cancels in USA what changes[0] sets there for the future. Put the cancel first where the price is meant to move.",
        changes: [0, 1],
        territory: "USA",
      },
    ]);
  });

  it("sale_becomes_permanent", () => {
    assert.deepEqual(warningsOf({ USA: "5 03-20 7", DEU: "6 03-20 -" }, ["cancel *"]), [
      {
        code: "sale_becomes_permanent",
        message:
          "Today's price of 5.99 in USA was to end on 2026-03-20, with 7.99 in USA after it. changes[0] cancels that, so that today's price becomes permanent.",
        changes: [0],
        territory: "USA",
      },
      {
        code: "sale_becomes_permanent",
        message:
          "Today's price of 6.99 in DEU was to end on 2026-03-20, with the automatic price of DEU after it. changes[0] cancels that, so that today's price becomes permanent. Leave the cancel out where DEU is to follow the base again from that day on.",
        changes: [0],
        territory: "DEU",
      },
    ]);
  });

  it("override_untouched", () => {
    assert.deepEqual(warningsOf({ USA: "8", DEU: "7", FRA: "7" }, ["set base 6", "set JPN 5"]), [
      {
        code: "override_untouched",
        message:
          "Only the base territory USA is named by changes[0]: DEU and FRA have manual prices of their own on these days and keep them. Name the territory * to change every such territory too.",
        changes: [0],
      },
    ]);
    const [one] = warningsOf({ USA: "8", DEU: "7" }, ["set base 6"]);
    assert.equal(one?.territory, "DEU");
    assert.match(one?.message ?? "", /: DEU has a manual price of its own on these days and keeps it\./);
  });

  it("pinned_price", () => {
    assert.deepEqual(
      warningsOf({ USA: "8 03-05 4 04-05 2", DEU: "- 03-10 9 03-20 -" }, ["set DEU 7 04-01 04-10"]),
      [
        {
          code: "pinned_price",
          message:
            "DEU is pinned at its automatic price on days that lead to a price set by hand: 4.99 until before 2026-03-05, 2.99 from 2026-03-05 until before 2026-03-10 and 2.99 from 2026-03-20 until before 2026-04-01. On these days it no longer follows the base territory USA by itself.",
          changes: [0],
          territory: "DEU",
        },
      ],
    );
  });
});
