import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  alone,
  type CheckedChange,
  checkChanges,
  type PlaceOf,
} from "../../../../functions/app-store-connect/prices/plan/check-changes.ts";
import { addDays } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { RelayError } from "../../../../functions/errors.ts";

const today = "2026-03-10";
const app = "com.example.game";

/** What is wrong, as `field: message`. */
function problems(rows: readonly unknown[], on = today, placeOf?: PlaceOf): string[] {
  try {
    checkChanges(rows, on, placeOf);
  } catch (error) {
    assert.ok(error instanceof RelayError && error.code === "invalid_input");
    return (error.details ?? []).map(({ field, message }) => `${field}: ${message}`);
  }
  return [];
}

function checked(row: unknown, on = today): CheckedChange {
  const [change] = checkChanges([row], on);
  assert.ok(change);
  return change;
}

/** Days of a change, or its only problem. */
function days(dates: { startDate?: unknown; endDate?: unknown }, on = today): unknown {
  const found = problems([{ app, price: "1", ...dates }], on);
  if (found.length > 0) return found.length === 1 ? found[0] : found;
  const { startDate, endDate } = checked({ app, price: "1", ...dates }, on);
  return [startDate, endDate];
}

describe("Checking changes", () => {
  it("fills in what was left out", () => {
    assert.deepEqual(checked({ app, price: "4.99" }), {
      index: 0,
      place: "changes[0].",
      app,
      action: "set",
      price: "4.99",
      startDate: null,
      endDate: null,
    });
  });

  it("counts null and empty text in optional fields as absent", () => {
    const empty = { product: null, territory: "", action: null, startDate: "", endDate: null, currency: "" };
    const change = checked({ app, price: "4.99", ...empty, preserveCurrentPrice: "" });
    assert.deepEqual(change, checked({ app, price: "4.99" }));
    assert.deepEqual(problems([{ app: "", price: null }]), [
      "changes[0].app: is required.",
      "changes[0].price: is required. To remove what is scheduled, use the action cancel.",
    ]);
  });

  it("takes numbers for text where nothing is lost, and no other amount", () => {
    const price = (value: unknown) => {
      const found = problems([{ app, price: value }]);
      return found.length > 0 ? "refused" : checked({ app, price: value }).price;
    };
    assert.deepEqual([4.99, 5, 0, "0", "0.00", 100].map(price), ["4.99", "5", "0", "0", "0.00", "100"]);
    const wrong = [
      -1,
      1e21,
      0.1 + 0.2,
      Number.NaN,
      true,
      "4,99",
      "USD 4",
      " 4.99",
      "4.",
      ".5",
      "1e3",
      [],
      {},
    ];
    assert.deepEqual(new Set(wrong.map(price)), new Set(["refused"]));
    assert.equal(checked({ app: 1480000001, price: 1, product: 6700000001 }).product, "6700000001");
  });

  it("lists every problem of every row at once", () => {
    const rows = [
      { app, price: "4.99" },
      { app: "no bundle id!", product: "a b", territory: "usa", price: "4,99", currency: "usd" },
      "a text",
      { app, price: "1", action: "delete", preserveCurrentPrice: "perhaps" },
      { app, price: "1", Price: "2", starts: "2026-04-01" },
      { app, price: "1", startDate: "10.03.2026", endDate: "2026-02-30" },
    ];
    const found = problems(rows).map((problem) => problem.split(":")[0]);
    assert.deepEqual(found, [
      "changes[1].app",
      "changes[1].product",
      "changes[1].territory",
      "changes[1].price",
      "changes[1].currency",
      "changes[2]",
      "changes[3].action",
      "changes[3].preserveCurrentPrice",
      "changes[4].Price",
      "changes[4].starts",
      "changes[5].startDate",
      "changes[5].endDate",
    ]);
    for (const row of [null, undefined, 5, ["app"], true]) {
      assert.deepEqual(problems([row]), ["changes[0]: must be an object with named fields."]);
    }
  });

  it("names fields as the call has them", () => {
    assert.deepEqual(problems([{ app }], today, alone), [
      "price: is required. To remove what is scheduled, use the action cancel.",
    ]);
    assert.match(
      problems([{ app, price: 1 }, { app }], today, (index) => `csv line ${index + 2}, `)[0] ?? "",
      /^csv line 3, price: /,
    );
  });

  it("takes neither price nor dates for cancel", () => {
    const { action, startDate, endDate, price } = checked({
      app,
      action: "cancel",
      territory: "*",
      price: "",
    });
    assert.deepEqual([action, startDate, endDate, price], ["cancel", null, null, undefined]);
    const row = { app, action: "cancel", price: "1", startDate: "2026-04-01", endDate: "2026-04-02" };
    assert.deepEqual(
      problems([row]),
      ["price", "startDate", "endDate"].map(
        (field) => `changes[0].${field}: is not for cancel, which keeps today's price without end.`,
      ),
    );
  });

  it("takes a start of today for none, and refuses one before it", () => {
    assert.deepEqual(days({ startDate: today }), [null, null]);
    assert.deepEqual(days({ startDate: "2026-03-11" }), ["2026-03-11", null]);
    assert.equal(
      days({ startDate: "2026-03-09" }),
      "changes[0].startDate: is in the past: at Apple, in US Pacific time, today is 2026-03-10.",
    );
  });

  it("refuses an end that does not come after the start, or after today", () => {
    assert.deepEqual(days({ endDate: "2026-03-11" }), [null, "2026-03-11"]);
    for (const endDate of [today, "2026-03-09"]) {
      assert.equal(days({ endDate }), "changes[0].endDate: must come after today, 2026-03-10.");
      assert.equal(
        days({ startDate: today, endDate }),
        "changes[0].endDate: must come after today, 2026-03-10.",
      );
    }
    for (const endDate of ["2026-04-01", "2026-03-20"]) {
      assert.equal(
        days({ startDate: "2026-04-01", endDate }),
        "changes[0].endDate: must come after the start date, 2026-04-01.",
      );
    }
    assert.deepEqual(days({ startDate: "2026-04-01", endDate: "2026-04-02" }), ["2026-04-01", "2026-04-02"]);
  });

  it("refuses more than a year between start and end, leap days counted as the calendar does", () => {
    const tooLong = /is more than a year after/;
    assert.deepEqual(days({ endDate: "2027-03-10" }), [null, "2027-03-10"]);
    assert.match(String(days({ endDate: "2027-03-11" })), tooLong);
    assert.deepEqual(days({ startDate: "2027-07-01", endDate: "2028-07-01" }), ["2027-07-01", "2028-07-01"]);
    assert.match(String(days({ startDate: "2027-07-01", endDate: "2028-07-02" })), tooLong);
    // From a leap day on: the year after has none.
    assert.deepEqual(days({ startDate: "2028-02-29", endDate: "2029-02-28" }), ["2028-02-29", "2029-02-28"]);
    assert.match(String(days({ startDate: "2028-02-29", endDate: "2029-03-01" })), tooLong);
    // To a leap day.
    assert.deepEqual(days({ startDate: "2027-02-28", endDate: "2028-02-28" }), ["2027-02-28", "2028-02-28"]);
    assert.match(String(days({ startDate: "2027-02-28", endDate: "2028-02-29" })), tooLong);
  });

  it("knows which days there are", () => {
    assert.equal(
      days({ startDate: "2026-06-31" }),
      "changes[0].startDate: 2026-06-31 is not a day of the calendar.",
    );
    assert.equal(
      days({ endDate: "2027-02-29" }),
      "changes[0].endDate: 2027-02-29 is not a day of the calendar.",
    );
    assert.deepEqual(days({ startDate: "2028-02-29" }), ["2028-02-29", null]);
    assert.match(String(days({ startDate: "2026-4-1" })), /must be a day as YYYY-MM-DD/);
    assert.match(String(days({ startDate: 46_113 })), /must be a day as YYYY-MM-DD/);
    assert.match(String(days({ startDate: "2026-04-01T00:00:00Z" })), /must be a day as YYYY-MM-DD/);
  });

  it("lets through what ends after its start, after today, and within a year, and nothing else", () => {
    const offset = fc.integer({ min: -30, max: 800 });
    fc.assert(
      fc.property(fc.option(offset), fc.option(offset), (start, end) => {
        const day = (count: number | null) => (count === null ? null : addDays(today, count));
        const [startDate, endDate] = [day(start), day(end)];
        const from = startDate ?? today;
        const yearLater = `${Number(from.slice(0, 4)) + 1}${from.slice(4)}`;
        const right = from >= today && (endDate === null || (endDate > from && endDate <= yearLater));
        assert.equal(problems([{ app, price: "1", startDate, endDate }]).length === 0, right);
      }),
    );
  });
});
