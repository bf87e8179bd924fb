import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { amountProblem } from "../functions/app-store-connect/prices/csv/amount.ts";
import { dayProblem } from "../functions/app-store-connect/prices/csv/day.ts";
import { readHeader } from "../functions/app-store-connect/prices/csv/header.ts";
import { changeColumns } from "../functions/app-store-connect/prices/csv/row.ts";
import type {
  PriceChange,
  PriceInterval,
  PricePoint,
  PriceSchedule,
  Territory,
} from "../functions/app-store-connect/prices/model.ts";
import { mergeChanges, priceOn } from "../functions/app-store-connect/prices/timeline/index.ts";
import { errorCodes } from "../functions/errors.ts";

const root = path.resolve(import.meta.dirname, "..");
const document = readFileSync(path.join(root, "docs/prices.md"), "utf8");

/** Cells of a table's rows below its header, the table that follows a text. */
function rowsAfter(text: string): string[][] {
  const [, after = ""] = document.split(text);
  const [table = ""] = /(?:^\|.*\|\n)+/m.exec(after) ?? [];
  const lines = table.trim().split("\n");
  const rows = lines.slice(lines.findIndex((line) => line.startsWith("| ---")) + 1).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  assert.ok(rows.length > 0, text);
  return rows;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const today = "2026-03-01";
const base = "USA";

/** `10 Mar` is a day of 2026. */
function dayOf(text: string): string {
  const [, day = "", month = ""] = /^(\d{1,2}) (\w{3})$/.exec(text) ?? [];
  const place = months.indexOf(month) + 1;
  assert.ok(place > 0, `${text} is a day`);
  return `2026-${String(place).padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function pointOf(territory: Territory, price: string): PricePoint {
  return { id: `${territory} ${price}`, price };
}

/** What the document says of its examples: the same amount, and 150 times as much in JPN, rounded. */
function equalize({ price }: PricePoint, territory: Territory): PricePoint {
  return pointOf(territory, territory === "JPN" ? String(Math.round(Number(price)) * 150) : price);
}

/** `USA 9.99, 10 Mar 4.99<br>DEU auto, 10 Mar 4.49`. */
function scheduleOf(text: string): PriceSchedule {
  const manual = text.split("<br>").map((line) => {
    const [territory = "", first = "", ...rest] = [line.slice(0, 3), ...line.slice(4).split(", ")];
    const steps = rest.map((step) => {
      const [, day = "", price = ""] = /^(\d+ \w+) (\S+)$/.exec(step) ?? [];
      return { from: dayOf(day), price };
    });
    const all = [{ from: null, price: first }, ...steps];
    const intervals = all.flatMap(({ from, price }, place): PriceInterval[] =>
      price === "auto"
        ? []
        : [{ startDate: from, endDate: all[place + 1]?.from ?? null, point: pointOf(territory, price) }],
    );
    return [territory, intervals] as const;
  });
  return { baseTerritory: base, manual: new Map(manual) };
}

/** `base 4.99, 10 Mar to 20 Mar<br>JPN cancel`. */
function changesOf(text: string): PriceChange[] {
  return text.split("<br>").map((one, index): PriceChange => {
    const [, target = "", what = "", start = "now", end] =
      /^(\S+) ([\d.]+|cancel)(?:, (now|\d+ \w+)(?: to (\d+ \w+))?)?$/.exec(one) ?? assert.fail(one);
    const named = target === "base" ? {} : { territory: target };
    if (what === "cancel") return { index, action: "cancel", ...named, startDate: null, endDate: null };
    return {
      index,
      action: "set",
      ...named,
      point: pointOf(["base", "*"].includes(target) ? base : target, what),
      startDate: start === "now" ? null : dayOf(start),
      endDate: end === undefined ? null : dayOf(end),
    };
  });
}

function plain({ manual }: PriceSchedule) {
  return Object.fromEntries(
    [...manual].map(([territory, intervals]) => [
      territory,
      intervals.map(({ startDate, endDate, point }) => [startDate, endDate, point.price]),
    ]),
  );
}

describe("docs/prices.md", () => {
  test("shows what changes really do", () => {
    const rows = rowsAfter("<!-- examples -->");
    assert.ok(rows.length >= 25);
    for (const [rule, before = "", changes = "", after = "", warnings = ""] of rows) {
      const schedule = scheduleOf(before);
      const result = mergeChanges({ schedule, changes: changesOf(changes), today, equalize });
      assert.ok(result.kind === "merged", rule);
      assert.deepEqual(plain(result.schedule), plain(scheduleOf(after)), rule);
      const codes = result.warnings.map(({ code }) => code);
      assert.deepEqual(codes, warnings === "" ? [] : warnings.replaceAll("`", "").split(", "), rule);
    }
  });

  test("draws what changes really do", () => {
    const picture = readFileSync(path.join(root, "docs/prices-timeline.svg"), "utf8");
    const before = scheduleOf("USA 9.99<br>FRA 8.99");
    const changes = changesOf("base 4.99, 10 Mar to 20 Mar<br>JPN 500, 10 Mar to 20 Mar");
    const result = mergeChanges({ schedule: before, changes, today, equalize });
    assert.ok(result.kind === "merged");
    const drawn = [...picture.matchAll(/<g data-timeline="(\w+) (\w+)">\n((?: {6}.*\n)+)/g)];
    assert.equal(drawn.length, 8);
    for (const [, territory = "", when, bars = ""] of drawn) {
      const schedule: PriceSchedule = when === "before" ? before : result.schedule;
      const shown = [...bars.matchAll(/class="(\w+)"><rect .*?font-weight="600">([\d.]+)</g)];
      const days = shown.length === 1 ? [today] : [today, "2026-03-10", "2026-03-20"];
      assert.equal(shown.length, days.length);
      for (const [place, day] of days.entries()) {
        const own = priceOn(schedule, territory, day);
        const basePoint: PricePoint = priceOn(schedule, base, day) ?? assert.fail("The base has no price.");
        const [, kind, price] = shown[place] ?? [];
        assert.equal(price, (own ?? equalize(basePoint, territory)).price, `${territory} ${when} ${day}`);
        assert.equal(kind === "auto", own === undefined, `${territory} ${when} ${day}`);
      }
    }
  });

  test("lists every code of plans and of applying them, and no other", () => {
    const named = ["<!-- warnings -->", "<!-- rejections -->", "<!-- results -->"].flatMap((place) =>
      rowsAfter(place).map(([code = ""]) => code.replaceAll("`", "")),
    );
    assert.equal(new Set(named).size, named.length);
    const folder = path.join(root, "functions/app-store-connect/prices");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    const source = files
      .map((file) => readFileSync(path.join(folder, file), "utf8"))
      .join("\n")
      .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    // Only codes are words with underscores there. Those of every operation are explained with the connector.
    const used = new Set([...source.matchAll(/"([a-z]+(?:_[a-z]+)+)"/g)].map(([, code = ""]) => code));
    const general = new Set<string>(errorCodes);
    assert.deepEqual(
      named.filter((code) => !general.has(code)).sort(),
      [...used].filter((code) => !general.has(code)).sort(),
    );
  });

  test("names columns as sale lists may have them", () => {
    const rows = rowsAfter("| column | also called |").map(([name = "", others = ""]) =>
      [name.replace(" (needed)", ""), ...others.split(", ")]
        .map((cell) => cell.replaceAll("`", ""))
        .filter(Boolean),
    );
    assert.deepEqual(
      rows.map(([name]) => name),
      changeColumns,
    );
    for (const [name, ...others] of rows) {
      for (const other of [name ?? "", ...others])
        assert.deepEqual(readHeader([other], 1).fields, [name], other);
    }
  });

  test("shows forms that are refused, and how", () => {
    for (const [cell = "", answer] of rowsAfter("| a cell such as | answer |")) {
      const [, text = "", isDate] = /^`([^`]+)`(, a date)?$/.exec(cell) ?? assert.fail(cell);
      assert.equal(isDate ? dayProblem(text) : amountProblem(text), answer, text);
    }
  });
});
