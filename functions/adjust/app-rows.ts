import type { ErrorDetail } from "../errors.ts";
import { checkInput } from "../input.ts";
import type { JobData } from "../jobs/item.ts";
import type { NewItem } from "../jobs/start.ts";
import { isObject } from "../json.ts";
import { type AdjustAppInput, AdjustAppRow, checkAdjustApp } from "./app-input.ts";

/** An app of many, as its item holds it. */
export interface AppItem {
  app: AdjustAppInput;
  /** Whether the item ends with the job at Adjust that copies the settings, or as soon as the app is there. */
  waitForSettings: boolean;
}

/**
 * Checks each row by itself: a bad one becomes a rejected item that names its fields, and stops no other. Two rows of
 * one app would overwrite each other at the same time, so the later one is rejected.
 */
export function toItems(rows: readonly unknown[], waitForSettings: boolean): NewItem[] {
  const seen = new Map<string, number>();
  return rows.map((row, index): NewItem => {
    const about = aboutOf(row);
    const { app, problems } = checkRow(row);
    if (app && problems.length === 0) {
      const same = JSON.stringify([app.platform, app.storeId]);
      const before = seen.get(same);
      if (before === undefined) {
        seen.set(same, index);
        const item: AppItem = { app, waitForSettings };
        return { about: { ...about, platform: app.platform }, input: item };
      }
      problems.push({ field: "storeId", message: `is that of row ${before} too: send each app once.` });
    }
    return { about, error: rejection(problems) };
  });
}

function checkRow(row: unknown): { app?: AdjustAppInput; problems: ErrorDetail[] } {
  if (!isObject(row))
    return { problems: [{ field: "row", message: "must be an object with named fields." }] };
  const { value, problems } = checkInput(AdjustAppRow, row);
  if (problems.length > 0) return { problems: [...problems, ...problemsOfRest(value, problems)] };
  // What passed the schema has its type.
  const app = value as AdjustAppInput;
  return { app, problems: [...checkAdjustApp(app).problems] };
}

/** Also what the schema does not say is told at once, of the fields that passed it; it rests on three of them. */
function problemsOfRest(value: unknown, found: readonly ErrorDetail[]): readonly ErrorDetail[] {
  const wrong = new Set(found.map(({ field }) => field.split(/[.[]/, 1)[0]));
  const passed = Object.fromEntries(Object.entries(Object(value)).filter(([name]) => !wrong.has(name)));
  if (!["storeId", "bundleId", "platform"].every((name) => Object.hasOwn(passed, name))) return [];
  // The name is all that can be missing, and no rule asks for it.
  return checkAdjustApp(passed as AdjustAppInput).problems;
}

/** What names a row to its owner, also where it is wrong: texts and numbers, cut, and nothing secret. */
function aboutOf(row: unknown): JobData {
  if (!isObject(row)) return {};
  const names = ["name", "storeId", "bundleId", "platform"] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = row[name];
      const plain = (typeof value === "string" && value !== "") || typeof value === "number";
      return plain ? [[name, String(value).toWellFormed().slice(0, 255)]] : [];
    }),
  );
}

/** Problems that one row can tell of. */
const maxDetails = 20;

function rejection(problems: readonly ErrorDetail[]) {
  const details = problems
    .slice(0, maxDetails)
    .map(({ field, message }) => ({ field: field.slice(0, 200), message }));
  const [first] = details;
  return {
    code: "invalid_input",
    message: first ? `${first.field}: ${first.message}` : "The row is wrong.",
    hint: "Correct the row and send it again. Nothing was sent to Adjust for it.",
    details,
  };
}
