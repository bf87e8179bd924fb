import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { referenceTerritory } from "../../../../functions/app-store-connect/prices/subscriptions/index.ts";
import {
  cancel,
  inShort,
  nowhere,
  plan,
  planned,
  point,
  price,
  rows,
  set,
  tomorrow,
  undecided,
} from "./support.ts";

const sold = [price("DEU 4.99"), price("USA 4.99")];
const codes = (result: ReturnType<typeof planned>) => result.warnings.map(({ code }) => code);

describe("planning prices of a subscription", () => {
  const cases: Record<string, [prices: string[], changes: ReturnType<typeof set>[], writes: string[]]> = {
    "a change on a day": [["USA 4.99"], [set("USA 5.99 2026-03-20")], ["+ USA 5.99 2026-03-20 keep"]],
    "a change without a day starts on the next": [
      ["USA 4.99"],
      [set("USA 5.99")],
      [`+ USA 5.99 ${tomorrow} keep`],
    ],
    "so does one of today": [["USA 4.99"], [set("USA 5.99 2026-03-10")], [`+ USA 5.99 ${tomorrow} keep`]],
    "the same price again": [["USA 4.99"], [set("USA 4.99")], []],
    "the same price, written otherwise": [["USA 5"], [set("USA 5.00")], []],
    "the same price, scheduled already": [
      ["USA 4.99", "USA 5.99 2026-03-20"],
      [set("USA 5.99 2026-03-20")],
      [],
    ],
    "the same price, scheduled already, with another choice": [
      ["USA 4.99", "USA 5.99 2026-03-20"],
      [set("USA 5.99 2026-03-20", { preserveCurrentPrice: false })],
      [],
    ],
    "the same price, cancelled and set again, to have another choice": [
      ["USA 4.99", "USA 5.99 2026-03-20", "USA 6.99 2026-03-25"],
      [cancel("*"), set("USA 5.99 2026-03-20", { preserveCurrentPrice: false })],
      ["- USA 2026-03-20", "- USA 2026-03-25", "+ USA 5.99 2026-03-20 move"],
    ],
    "the same price, cancelled after it was set": [
      ["USA 4.99", "USA 5.99 2026-03-20"],
      [set("USA 5.99 2026-03-20"), cancel("USA")],
      ["- USA 2026-03-20"],
    ],
    "two choices for one price, the later wins": [
      ["USA 4.99"],
      [set("USA 5.99 2026-03-20"), set("USA 5.99 2026-03-20", { preserveCurrentPrice: false })],
      ["+ USA 5.99 2026-03-20 move"],
    ],
    "a sale and its return, scheduled already": [
      ["USA 4.99", "USA 1.99 2026-03-20", "USA 4.99 2026-03-27"],
      [set("USA 1.99 2026-03-20"), set("USA 4.99 2026-03-27")],
      [],
    ],
    "present subscribers move": [
      ["USA 4.99"],
      [set("USA 5.99", { preserveCurrentPrice: false })],
      [`+ USA 5.99 ${tomorrow} move`],
    ],
    "what was scheduled later gives way": [
      ["USA 4.99", "USA 5.99 2026-03-20"],
      [set("USA 6.99 2026-03-15")],
      ["- USA 2026-03-20", "+ USA 6.99 2026-03-15 keep"],
    ],
    "what was scheduled for that day gives way": [
      ["USA 4.99", "USA 5.99 2026-03-20"],
      [set("USA 6.99 2026-03-20")],
      ["- USA 2026-03-20", "+ USA 6.99 2026-03-20 keep"],
    ],
    "what was scheduled before stays": [
      ["USA 4.99", "USA 5.99 2026-03-20"],
      [set("USA 6.99 2026-03-25")],
      ["+ USA 6.99 2026-03-25 keep"],
    ],
    "back to the price before a scheduled one": [
      ["USA 4.99", "USA 5.99 2026-03-20", "USA 6.99 2026-03-25"],
      [set("USA 4.99 2026-03-20")],
      ["- USA 2026-03-20", "- USA 2026-03-25"],
    ],
    "a sale and its return": [
      ["USA 4.99"],
      [set("USA 1.99 2026-03-20"), set("USA 4.99 2026-03-27")],
      ["+ USA 1.99 2026-03-20 keep", "+ USA 4.99 2026-03-27 keep"],
    ],
    "a cancel": [
      ["DEU 4.99", "DEU 5.99 2026-03-20", "USA 4.99", "USA 5.99 2026-03-20"],
      [cancel("USA")],
      ["- USA 2026-03-20"],
    ],
    "a cancel everywhere": [
      ["DEU 4.99", "DEU 5.99 2026-03-20", "USA 4.99", "USA 5.99 2026-03-20"],
      [cancel("*")],
      ["- DEU 2026-03-20", "- USA 2026-03-20"],
    ],
    "nothing to cancel": [["USA 4.99"], [cancel("USA"), cancel("DEU"), cancel("*")], []],
    "a move": [
      ["USA 4.99", "USA 5.99 2026-03-20"],
      [cancel("USA"), set("USA 5.99 2026-03-25")],
      ["- USA 2026-03-20", "+ USA 5.99 2026-03-25 keep"],
    ],
    "all territories by equalization, those without a price too": [
      ["DEU 4.99", "USA 4.99"],
      [set("* 5.99 2026-03-20")],
      ["+ DEU 5.99 2026-03-20 keep", "+ JPN 5 2026-03-20 keep", "+ USA 5.99 2026-03-20 keep"],
    ],
    "all territories, then one apart": [
      ["DEU 4.99", "JPN 4", "USA 4.99"],
      [set("* 5.99 2026-03-20"), set("DEU 4.99 2026-03-20")],
      ["+ JPN 5 2026-03-20 keep", "+ USA 5.99 2026-03-20 keep"],
    ],
    "what is over counts for nothing": [
      ["USA 3.99", "USA 4.99 2026-03-01", "USA 5.99 2026-03-20"],
      [set("USA 4.99")],
      ["- USA 2026-03-20"],
    ],
  };
  for (const [name, [prices, changes, writes]] of Object.entries(cases)) {
    it(name, () =>
      assert.deepEqual(
        inShort(
          planned(
            prices.map((text) => price(text)),
            changes,
          ).writes,
        ),
        writes,
      ),
    );
  }

  it("answers what is there and what will be, in every territory", () => {
    const { before, after } = planned([...sold, price("USA 5.99 2026-03-20")], [set("USA 6.99 2026-03-15")]);
    assert.deepEqual(rows(before), ["DEU 4.99", "USA 4.99", "USA 5.99 2026-03-20"]);
    assert.deepEqual(rows(after), ["DEU 4.99", "USA 4.99", "USA 6.99 2026-03-15"]);
  });

  it("leaves preserved prices and those of a commitment alone, and says so of the latter", () => {
    const result = planned(
      [
        price("USA 4.99"),
        price("USA 2.99", { preserved: true }),
        price("USA 0.49 2026-03-20", { planType: "MONTHLY" }),
      ],
      [cancel("USA"), set("USA 5.99 2026-03-20")],
    );
    assert.deepEqual(rows(result.before), ["USA 4.99"]);
    assert.deepEqual(inShort(result.writes), ["+ USA 5.99 2026-03-20 keep"]);
    assert.deepEqual(codes(result), ["monthly_plan_untouched"]);
  });

  it("asks for the equalizations it needs, once", () => {
    const result = plan(sold, [set("* 5.99"), set("* 5.99 2026-03-20"), set("USA 1.99")], {
      equalize: () => undefined,
    });
    assert.deepEqual(result, { kind: "needs", equalizations: [point("USA", "5.99")] });
  });
});

describe("the first prices of a subscription", () => {
  const never = { state: "READY_TO_SUBMIT" };
  it("go out as one write, without a choice about subscribers", () => {
    const { writes, warnings } = planned(
      [],
      [undecided(set("* 4.99")), undecided(set("DEU 3.99 2026-03-10"))],
      never,
    );
    assert.deepEqual(inShort(writes), ["first DEU 3.99, JPN 4, USA 4.99"]);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ["changes_overlap"],
    );
  });

  it("hold at once whatever the state is, as long as there is no other", () => {
    const { writes } = planned([], [set("USA 4.99")], { state: "WAITING_FOR_REVIEW" });
    assert.deepEqual(inShort(writes), ["first USA 4.99"]);
  });

  it("are followed by what starts later", () => {
    const { writes } = planned([], [set("USA 4.99"), set("USA 5.99 2026-03-20")], never);
    assert.deepEqual(inShort(writes), ["first USA 4.99", "+ USA 5.99 2026-03-20 keep"]);
  });

  it("cannot start later", () => {
    const result = plan([], [set("DEU 4.99"), set("USA 4.99 2026-03-20")], never);
    assert.equal(result.kind === "rejected" && result.error.code, "first_price_must_start_now");
    assert.match(result.kind === "rejected" ? result.error.message : "", /^changes\[1\]\.startDate: /);
  });

  it("are changed at once before the approval", () => {
    const { writes, warnings } = planned(sold, [set("USA 5.99")], never);
    assert.deepEqual(inShort(writes), ["+ USA 5.99 now keep"]);
    assert.deepEqual(warnings, []);
  });
});

describe("what cannot be planned", () => {
  const cases: Record<
    string,
    [prices: string[], change: ReturnType<typeof set>, code: string, field: string]
  > = {
    "an end": [["USA 4.99"], set("USA 1.99", { endDate: "2026-03-20" }), "end_date_not_supported", "endDate"],
    "no territory": [["USA 4.99"], nowhere(set("USA 1.99")), "territory_required", "territory"],
    "a cancel without a territory": [["USA 4.99"], nowhere(cancel("*")), "territory_required", "territory"],
    "all territories, in nobody knows what currency": [
      ["DEU 4.99", "JPN 400"],
      set("* 1.99"),
      "territory_required",
      "territory",
    ],
    "no choice about subscribers": [
      ["USA 4.99"],
      undecided(set("USA 1.99")),
      "preserve_choice_required",
      "preserveCurrentPrice",
    ],
    "nor in all territories": [
      ["USA 4.99"],
      undecided(set("* 1.99")),
      "preserve_choice_required",
      "preserveCurrentPrice",
    ],
  };
  for (const [name, [prices, change, code, field]] of Object.entries(cases)) {
    it(name, () => {
      const result = plan(
        prices.map((text) => price(text)),
        [change],
      );
      assert.equal(result.kind, "rejected");
      if (result.kind !== "rejected") return;
      assert.equal(result.error.code, code);
      assert.deepEqual(
        result.error.details?.map((detail) => detail.field),
        [`changes[0].${field}`],
      );
    });
  }

  it("two prices that start on the same day", () => {
    const result = plan([price("USA 4.99"), price("USA 5.99")], [set("USA 1.99")]);
    assert.equal(result.kind === "rejected" && result.error.code, "prices_unclear");
    // The same price twice is no question, nor is another plan's.
    planned(
      [price("USA 4.99"), price("USA 4.99"), price("USA 0.49", { planType: "MONTHLY" })],
      [set("USA 1.99")],
    );
  });

  it("names every problem", () => {
    const result = plan(sold, [
      undecided(set("USA 1.99", { endDate: "2026-03-20" })),
      undecided(set("DEU 1.99")),
    ]);
    assert.deepEqual(result.kind === "rejected" && result.error.details?.map(({ field }) => field), [
      "changes[0].endDate",
      "changes[0].preserveCurrentPrice",
      "changes[1].preserveCurrentPrice",
    ]);
    // Rows have no place for details, so the sentence has every reason, once.
    assert.match(
      result.kind === "rejected" ? result.error.message : "",
      /^changes\[0\]\.endDate: prices of .* changes\[0\]\.preserveCurrentPrice and changes\[1\]\.preserveCurrentPrice: is required: true .*one\.$/,
    );
  });

  it("needs no choice where nobody can have subscribed", () => {
    assert.deepEqual(inShort(planned(sold, [undecided(set("JPN 499 2026-03-20"))]).writes), [
      "+ JPN 499 2026-03-20",
    ]);
  });

  it("refuses a sold territory that Apple does not equalize, and leaves out one that has no price", () => {
    const equalize = () => null;
    const refused = plan(sold, [set("* 5.99")], { equalize });
    assert.equal(refused.kind === "rejected" && refused.error.code, "no_equalization");
    const result = planned([price("USA 4.99")], [set("* 5.99 2026-03-20")], { equalize });
    assert.deepEqual(inShort(result.writes), ["+ USA 5.99 2026-03-20 keep"]);
    assert.ok(codes(result).includes("territory_left_out"));
  });
});

describe("warnings of subscriptions", () => {
  const move = { preserveCurrentPrice: false };
  const cases: Record<string, [prices: string[], changes: ReturnType<typeof set>[], codes: string[]]> = {
    "none for a lower price": [["USA 4.99"], [set("USA 3.99 2026-03-20", move)], []],
    "a start of now": [["USA 4.99"], [set("USA 3.99")], ["starts_tomorrow"]],
    "a raise": [["USA 4.99"], [set("USA 5.99 2026-03-20", move)], ["consent_may_be_needed"]],
    "none for a raise that subscribers are spared": [["USA 4.99"], [set("USA 5.99 2026-03-20")], []],
    "a sale and its return": [
      ["USA 4.99"],
      [set("USA 1.99 2026-03-20", move), set("USA 4.99 2026-03-27", move)],
      ["consent_may_be_needed", "return_is_a_raise"],
    ],
    "what was scheduled": [
      ["USA 4.99", "USA 3.99 2026-03-20"],
      [set("USA 2.99 2026-03-15")],
      ["scheduled_replaced"],
    ],
    "none where it was cancelled on purpose": [
      ["USA 4.99", "USA 3.99 2026-03-20"],
      [cancel("USA"), set("USA 2.99 2026-03-15")],
      [],
    ],
    "the return of a sale cancelled": [
      ["USA 1.99", "USA 4.99 2026-03-20"],
      [cancel("USA")],
      ["sale_becomes_permanent"],
    ],
    "a later change takes another's place": [
      ["USA 4.99"],
      [set("USA 3.99 2026-03-20"), set("USA 2.99 2026-03-15")],
      ["changes_overlap"],
    ],
    "also where the other one asks for what is there": [
      ["USA 4.99"],
      [set("USA 4.99 2026-03-20"), set("USA 2.99 2026-03-15")],
      ["changes_overlap"],
    ],
    "none where two ask for the same": [
      ["USA 4.99"],
      [set("USA 3.99 2026-03-20"), set("USA 3.99 2026-03-20")],
      [],
    ],
    "two choices for one price": [
      ["USA 4.99"],
      [set("USA 3.99 2026-03-20"), set("USA 3.99 2026-03-20", move)],
      ["changes_overlap"],
    ],
    "a choice for what is scheduled already, which Apple does not tell": [
      ["USA 4.99", "USA 3.99 2026-03-20"],
      [set("USA 3.99 2026-03-20", move)],
      ["preserve_choice_kept"],
    ],
    "not that a return is replaced which the next change sets as it was": [
      ["USA 4.99", "USA 1.99 2026-03-20", "USA 4.99 2026-03-27"],
      [set("USA 1.99 2026-03-20"), set("USA 4.99 2026-03-27")],
      ["preserve_choice_kept"],
    ],
    "also where it is laid anew": [
      ["USA 4.99", "USA 2.99 2026-03-20", "USA 4.99 2026-03-27"],
      [set("USA 1.99 2026-03-15"), set("USA 2.99 2026-03-20")],
      ["return_is_a_raise", "scheduled_replaced", "preserve_choice_kept"],
    ],
    "a choice that replaces the one there was": [
      ["USA 4.99", "USA 3.99 2026-03-20"],
      [cancel("USA"), set("USA 3.99 2026-03-20", move)],
      ["preserve_choice_replaced"],
    ],
    "none about a choice that is gone in the end": [
      ["USA 4.99", "USA 3.99 2026-03-20"],
      [set("USA 3.99 2026-03-20", move), cancel("USA")],
      ["change_cancelled"],
    ],
    "a later cancel takes it away": [
      ["USA 4.99"],
      [set("USA 3.99 2026-03-20"), cancel("USA")],
      ["change_cancelled"],
    ],
  };
  for (const [name, [prices, changes, expected]] of Object.entries(cases)) {
    it(name, () =>
      assert.deepEqual(
        codes(
          planned(
            prices.map((text) => price(text)),
            changes,
          ),
        ),
        expected,
      ),
    );
  }

  it("name changes and territories in full sentences", () => {
    const { warnings } = planned(
      [...sold, price("JPN 4"), price("USA 5.99 2026-03-20")],
      [set("* 6.99", move), set("USA 1.99", move)],
    );
    assert.deepEqual(warnings, [
      {
        code: "changes_overlap",
        message:
          "changes[0] and changes[1] set different prices in USA on the same days. changes[1] wins, because it comes later.",
        changes: [0, 1],
        territory: "USA",
      },
      {
        code: "starts_tomorrow",
        message:
          "Prices of an approved subscription change on the next day at the earliest: changes[0] and changes[1] start on 2026-03-11.",
        changes: [0, 1],
      },
      {
        code: "consent_may_be_needed",
        message:
          "changes[0] raises the price in DEU and JPN for present subscribers too. Where Apple asks for their consent, subscriptions of those who do not give it expire.",
        changes: [0],
      },
      {
        code: "scheduled_replaced",
        message:
          "changes[0] sets a price without end, so the price 5.99 scheduled from 2026-03-20 on in USA is removed.",
        changes: [0],
        territory: "USA",
      },
    ]);
  });
});

describe("the territory of a price for all", () => {
  it("is USA, or the only one there is", () => {
    assert.equal(referenceTerritory([]), "USA");
    assert.equal(referenceTerritory(sold), "USA");
    assert.equal(referenceTerritory([price("DEU 4.99"), price("DEU 5.99 2026-03-20")]), "DEU");
    assert.equal(referenceTerritory([price("DEU 4.99"), price("JPN 400")]), undefined);
  });
});
