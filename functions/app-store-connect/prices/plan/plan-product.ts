import { RelayError } from "../../../errors.ts";
import { parseAmount } from "../amount.ts";
import type {
  Day,
  PricedProduct,
  PricePoint,
  PriceSchedule,
  PriceChange as ResolvedChange,
  PriceWarning,
  Territory,
} from "../model.ts";
import { readEqualizations } from "../read/equalizations.ts";
import { readPricePoints } from "../read/price-points.ts";
import type { PriceReader } from "../read/reader.ts";
import { readSchedule } from "../read/schedule.ts";
import { readCurrencies } from "../read/territories.ts";
import { compareSchedules, type PriceRow } from "../timeline/compare.ts";
import { mergeChanges } from "../timeline/merge.ts";
import { presentSchedule, sameSchedule } from "../timeline/present.ts";
import { scheduleProblems } from "../timeline/rules.ts";
import type { CheckedChange } from "./check-changes.ts";
import { choosePoint, type Rounding } from "./choose-point.ts";
import type { PlanError } from "./plan-item.ts";

/** What a plan is made with, the same for every product of it. */
export interface Planning {
  /** In US Pacific time. */
  today: Day;
  rounding: Rounding;
  /** Changes of more percent are refused; undefined: none is. */
  maxChangePercent: number | undefined;
}

/** What a plan does with a product that has a schedule. */
export interface PlannedSchedule {
  before: PriceSchedule;
  after: PriceSchedule;
  rows: readonly PriceRow[];
  warnings: readonly PriceWarning[];
  changed: boolean;
}

/** Thrown for a product that is rejected: the reason stands in the plan, beside the other products. */
export class Rejection extends Error {
  readonly problem: PlanError;

  constructor(code: string, message: string, field?: string) {
    super(message);
    this.problem = { code, message, ...(field !== undefined && { field }) };
  }
}

/** A raise or a cut of so many percent is worth a second look (design). */
const largePercent = 50;

/**
 * Plans the changes of one app or in-app purchase: reads its schedule, finds the price points of the amounts and merges.
 *
 * @throws Rejection for what is wrong with this product; RelayError for what is wrong with the service.
 */
export async function planSchedule(
  reader: PriceReader,
  product: PricedProduct,
  changes: readonly CheckedChange[],
  planning: Planning,
): Promise<PlannedSchedule> {
  const read = await readSchedule(reader, product);
  if (!read) throw noSchedule(product);
  const before = presentSchedule(read, planning.today);
  const resolved: ResolvedChange[] = [];
  for (const change of changes) resolved.push(await resolveChange(reader, product, before, change, planning));
  const equalized = createEqualizations(reader, product, before.baseTerritory);
  const merged = await mergeAll(before, resolved, planning.today, equalized);
  return finish(before, merged, { planning, changes, equalized });
}

/** What follows from two schedules of a product: rows, and what is to be said about them. */
export async function finish(
  before: PriceSchedule,
  { schedule: after, warnings }: { schedule: PriceSchedule; warnings: readonly PriceWarning[] },
  {
    planning,
    changes,
    equalized,
  }: { planning: Planning; changes: readonly CheckedChange[]; equalized: Equalizations },
): Promise<PlannedSchedule> {
  const { today, maxChangePercent } = planning;
  const [broken] = scheduleProblems(after, today);
  if (broken) throw new Rejection("invalid_schedule", `${broken.territory}: ${broken.message}`);
  const changed = !sameSchedule(before, after, today);
  const rows = changed ? await compare(before, after, today, equalized) : [];
  const limit = maxChangePercent === undefined ? undefined : rows.find((row) => exceeds(row, maxChangePercent));
  if (limit && maxChangePercent !== undefined) {
    throw new Rejection(
      "change_too_large",
      `The price in ${limit.territory} would go from ${limit.before} to ${limit.after}, ${signed(limit.percent)} %. This relay allows ${maxChangePercent} % (setting PRICE_MAX_CHANGE_PERCENT).`,
      changes[0]?.field,
    );
  }
  return { before, after, rows, changed, warnings: [...warnings, ...largeChanges(rows)] };
}

function exceeds({ before, after, percent }: PriceRow, limit: number): boolean {
  if (percent !== undefined) return Math.abs(percent) > limit;
  // From free to a price there is no percentage, and it is the largest change of all.
  return before !== after && parseAmount(before ?? "") === 0n;
}

function largeChanges(rows: readonly PriceRow[]): PriceWarning[] {
  const large = rows.filter((row) => exceeds(row, largePercent - 1e-9));
  const [first] = large;
  if (!first) return [];
  const others = new Set(large.map(({ territory }) => territory)).size - 1;
  const more = others > 0 ? `, and in ${others} other ${others === 1 ? "territory" : "territories"} too` : "";
  const percent = first.percent === undefined ? "" : ` (${signed(first.percent)} %)`;
  return [
    {
      code: "large_change",
      territory: first.territory,
      message: `The price in ${first.territory} goes from ${first.before} to ${first.after}${percent}${more}.`,
    },
  ];
}

function signed(percent: number | undefined): string {
  return percent === undefined ? "" : `${percent > 0 ? "+" : ""}${percent}`;
}

async function compare(
  before: PriceSchedule,
  after: PriceSchedule,
  today: Day,
  equalized: Equalizations,
): Promise<PriceRow[]> {
  const territories = new Set([...before.manual.keys(), ...after.manual.keys()]);
  // What is automatic on some days is known by the base's prices, which are the same for many products.
  if (territories.size > 1) {
    await equalized.read([...basePoints(before), ...basePoints(after)]);
  }
  return compareSchedules({ before, after, today, equalize: equalized.find }).filter(
    (row) => row.before !== row.after,
  );
}

function basePoints({ baseTerritory, manual }: PriceSchedule): PricePoint[] {
  return (manual.get(baseTerritory) ?? []).map(({ point }) => point);
}

async function resolveChange(
  reader: PriceReader,
  product: PricedProduct,
  schedule: PriceSchedule,
  change: CheckedChange,
  { rounding }: Planning,
): Promise<ResolvedChange> {
  const { index, action, territory, startDate, endDate, field } = change;
  const where = territory === undefined || territory === "*" ? schedule.baseTerritory : territory;
  const currencies = await readCurrencies(reader);
  const currency = currencies.get(where);
  if (currency === undefined) {
    throw new Rejection(
      "territory_not_found",
      `The App Store has no territory ${where}.`,
      `${field}.territory`,
    );
  }
  if (change.currency !== undefined && change.currency !== currency) {
    throw new Rejection(
      "currency_mismatch",
      `Prices in ${where} are in ${currency}, not in ${change.currency}.`,
      `${field}.currency`,
    );
  }
  const rest = { index, action, ...(territory !== undefined && { territory }), startDate, endDate };
  if (action === "cancel" || change.price === undefined) return rest;
  const stated = (schedule.manual.get(where) ?? []).map(({ point }) => point);
  const points = await readPricePoints(reader, product, where, stated);
  const choice = choosePoint(points, change.price, rounding, `${currency} in ${where}`);
  if ("code" in choice) throw new Rejection(choice.code, choice.message, `${field}.price`);
  return { ...rest, point: choice.point };
}

/** Rounds of reading and merging: each brings the base points that the round before found missing. */
const maxRounds = 10;

async function mergeAll(
  schedule: PriceSchedule,
  changes: readonly ResolvedChange[],
  today: Day,
  equalized: Equalizations,
) {
  for (let round = 0; round < maxRounds; round += 1) {
    const result = mergeChanges({ schedule, changes, today, equalize: equalized.find });
    if (result.kind === "merged") return result;
    await equalized.read(result.equalizations);
  }
  throw new Error("The merge goes on asking for equalizations.");
}

/** Equalizations that were read for one product so far. */
export interface Equalizations {
  read(points: readonly PricePoint[]): Promise<void>;
  /** @throws Rejection where Apple offers none for the territory. */
  find(point: PricePoint, territory: Territory): PricePoint | undefined;
}

export function createEqualizations(
  reader: PriceReader,
  product: PricedProduct,
  baseTerritory: Territory,
): Equalizations {
  const known = new Map<string, ReadonlyMap<Territory, PricePoint>>();
  return {
    async read(points) {
      for (const point of points) {
        if (!known.has(point.id)) known.set(point.id, await readEqualizations(reader, product, point));
      }
    },
    find(point, territory) {
      if (territory === baseTerritory) return point;
      const found = known.get(point.id);
      if (!found) return undefined;
      const equal = found.get(territory);
      if (equal) return equal;
      throw new Rejection(
        "no_equalization",
        `Apple names no price in ${territory} that corresponds to ${point.price} in ${baseTerritory}.`,
      );
    },
  };
}

export function noSchedule({ kind }: PricedProduct): Rejection {
  return new Rejection(
    "no_price_schedule",
    `The ${kind === "app" ? "app" : "in-app purchase"} has no prices yet. Set its first price in App Store Connect.`,
  );
}

/** What a refusal of the service means for a product; other errors go on. */
export function rejectionOf(error: unknown): PlanError | undefined {
  if (error instanceof Rejection) return error.problem;
  if (!(error instanceof RelayError) || error.retryable || error.source !== "app-store-connect")
    return undefined;
  return ["not_found", "rejected", "upstream_forbidden"].includes(error.code)
    ? { code: error.code, message: error.message }
    : undefined;
}
