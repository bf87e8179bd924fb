import type {
  Day,
  PricedProduct,
  PricePoint,
  PriceSchedule,
  PriceWarning,
  PriceChange as ResolvedChange,
  Territory,
} from "../model.ts";
import { type PriceReader, readPricePoints, readSchedule } from "../read/index.ts";
import {
  compareSchedules,
  mergeChanges,
  type PriceRow,
  presentSchedule,
  sameSchedule,
  scheduleProblems,
} from "../timeline/index.ts";
import { fieldOf } from "./asked-by.ts";
import type { CheckedChange } from "./check-changes.ts";
import type { Rounding } from "./choose-point.ts";
import { createEqualizations, type Equalizations } from "./equalizations.ts";
import { findPoint } from "./find-point.ts";
import { guardPercent } from "./guard.ts";
import { Rejection } from "./rejection.ts";

/** What a plan is made with, the same for every product of it. */
export interface Planning {
  /** In US Pacific time. */
  today: Day;
  rounding: Rounding;
  /** Changes of more percent are refused; undefined: none is. */
  maxChangePercent: number | undefined;
}

/** What a plan does with an app or an in-app purchase. */
export interface PlannedSchedule {
  before: PriceSchedule;
  after: PriceSchedule;
  /** What changes; none where nothing does. */
  rows: readonly PriceRow[];
  warnings: readonly PriceWarning[];
  changed: boolean;
}

/**
 * Plans the changes of one app or in-app purchase: reads its schedule, finds the price points of the amounts, merges.
 *
 * @throws Rejection for what is wrong with this product; RelayError for what is wrong with the service.
 */
export async function planSchedule(
  reader: PriceReader,
  product: PricedProduct,
  changes: readonly CheckedChange[],
  planning: Planning,
): Promise<PlannedSchedule> {
  const before = await presentOf(reader, product, planning.today);
  const resolved: ResolvedChange[] = [];
  for (const change of changes) {
    const { index, action, territory, startDate, endDate } = change;
    const where = territory === undefined || territory === "*" ? before.baseTerritory : territory;
    const stated = (before.manual.get(where) ?? []).map(({ point }) => point);
    const { rounding } = planning;
    // Whether a product has the codes of the shared tables is told by its own prices, which the base always has.
    if (where !== before.baseTerritory && action === "set") await checkCodes(reader, product, before);
    const point = await findPoint(reader, product, change, { territory: where, stated, rounding });
    resolved.push({
      index,
      action,
      startDate,
      endDate,
      ...(territory !== undefined && { territory }),
      ...(point && { point }),
    });
  }
  const equalizations = createEqualizations(reader, product, before.baseTerritory);
  const merged = await merge(before, resolved, planning.today, equalizations);
  const planned = await planBetween(before, merged.schedule, planning.today, equalizations);
  const { today, maxChangePercent } = planning;
  const { baseTerritory } = before;
  const large = guardPercent(planned.rows, {
    percent: maxChangePercent,
    fieldOf: (row) => fieldOf(row, changes, { today, baseTerritory }),
  });
  return { ...planned, warnings: [...merged.warnings, ...planned.warnings, ...large] };
}

/** Has the reader notice where the prices of a product have other codes than those of others. */
async function checkCodes(reader: PriceReader, product: PricedProduct, before: PriceSchedule): Promise<void> {
  await readPricePoints(reader, product, before.baseTerritory, basePoints(before));
}

/** The schedule as it is from today on. @throws Rejection `no_price_schedule`. */
export async function presentOf(
  reader: PriceReader,
  product: PricedProduct,
  today: Day,
): Promise<PriceSchedule> {
  const schedule = await readSchedule(reader, product);
  if (schedule) return presentSchedule(schedule, today);
  throw new Rejection(
    "no_price_schedule",
    `The ${product.kind === "app" ? "app" : "in-app purchase"} has no price yet. Set its first one in App Store Connect.`,
  );
}

/**
 * What leads from one schedule to another, with warnings of what no row shows.
 *
 * @throws Rejection `invalid_schedule` where Apple would refuse the second. */
export async function planBetween(
  before: PriceSchedule,
  after: PriceSchedule,
  today: Day,
  equalizations: Equalizations,
): Promise<PlannedSchedule> {
  const [broken] = scheduleProblems(after, today);
  if (broken) throw new Rejection("invalid_schedule", broken.message);
  if (sameSchedule(before, after, today)) return { before, after, rows: [], warnings: [], changed: false };
  // What is automatic on some days is known by the base's prices, which are those of many products.
  const territories = new Set([...before.manual.keys(), ...after.manual.keys()]);
  if (territories.size > 1) await equalizations.read([...basePoints(before), ...basePoints(after)]);
  const all = compareSchedules({ before, after, today, equalize: equalizations.find });
  const rows = all.filter((row) => row.before !== row.after);
  return { before, after, rows, warnings: heldOrFollowing(before, after, rows), changed: true };
}

/** That a territory begins or ceases to follow the base at the same price, which no row shows. */
function heldOrFollowing(
  before: PriceSchedule,
  after: PriceSchedule,
  rows: readonly PriceRow[],
): PriceWarning[] {
  const base = after.baseTerritory;
  const shown = new Set(rows.map(({ territory }) => territory));
  const warning = (territory: Territory, message: string): PriceWarning[] =>
    shown.has(territory) ? [] : [{ code: "same_price", territory, message }];
  return [
    ...[...after.manual.keys()].flatMap((territory) =>
      before.manual.has(territory)
        ? []
        : warning(
            territory,
            `${territory} gets a price of its own that is the same as its automatic one: it no longer follows ${base}.`,
          ),
    ),
    ...[...before.manual.keys()].flatMap((territory) =>
      after.manual.has(territory)
        ? []
        : warning(
            territory,
            `${territory} follows ${base} again, whose price there is the same as its own was.`,
          ),
    ),
  ];
}

function basePoints({ baseTerritory, manual }: PriceSchedule): PricePoint[] {
  return (manual.get(baseTerritory) ?? []).map(({ point }) => point);
}

/** Rounds of reading and merging: each brings the base prices that the one before found missing. */
const maxRounds = 10;

async function merge(
  schedule: PriceSchedule,
  changes: readonly ResolvedChange[],
  today: Day,
  equalizations: Equalizations,
) {
  for (let round = 0; round < maxRounds; round += 1) {
    const result = mergeChanges({ schedule, changes, today, equalize: equalizations.find });
    if (result.kind === "merged") return result;
    await equalizations.read(result.equalizations);
  }
  throw new Error("The merge goes on asking for equalizations.");
}
