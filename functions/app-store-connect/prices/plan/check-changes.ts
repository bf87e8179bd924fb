import { type ErrorDetail, invalidInput } from "../../../errors.ts";
import { checkInput } from "../../../input.ts";
import { isObject } from "../../../json.ts";
import type { Day } from "../model.ts";
import { isDay } from "../timeline/index.ts";
import { ChangeRow } from "./change-input.ts";

/** A change that is right as far as that can be told without asking Apple. */
export interface CheckedChange extends Omit<ChangeRow, "action" | "startDate" | "endDate"> {
  /** Place in the call, from 0. */
  index: number;
  /** What its fields begin with in errors, such as `changes[3].` or `csv line 5, `. */
  place: string;
  action: "set" | "cancel";
  /** Null: now. */
  startDate: Day | null;
  /** Null: permanent. */
  endDate: Day | null;
}

/** What the fields of a change begin with in errors, by its place in the call. */
export type PlaceOf = (index: number) => string;

export const inList: PlaceOf = (index) => `changes[${index}].`;

/** A change whose fields are those of the call itself. */
export const alone: PlaceOf = () => "";

/**
 * Checks what is wrong without asking Apple, of every change at once.
 *
 * @param today in US Pacific time.
 * @throws RelayError `invalid_input` with every problem.
 */
export function checkChanges(
  rows: readonly unknown[],
  today: Day,
  placeOf: PlaceOf = inList,
): CheckedChange[] {
  const { changes, problems } = examineChanges(rows, today, placeOf);
  if (problems.length === 0) return changes;
  throw invalidInput(
    problems.map(({ index, problem: { field, message } }) => ({
      // Where the change itself is wrong its place stands alone.
      field: `${placeOf(index)}${field}`.replace(/\.$/, ""),
      message,
    })),
  );
}

/** A problem of one change; the field is one of its own, `""` for the change itself. */
export interface ChangeProblem {
  index: number;
  problem: ErrorDetail;
}

/** The same without an error: the changes, and everything that is wrong with them. */
export function examineChanges(
  rows: readonly unknown[],
  today: Day,
  placeOf: PlaceOf,
): { changes: CheckedChange[]; problems: ChangeProblem[] } {
  const problems: ChangeProblem[] = [];
  const changes = rows.map((row, index): CheckedChange => {
    const { change, problems: found } = examineChange(row, today);
    problems.push(...found.map((problem) => ({ index, problem })));
    return { ...change, index, place: placeOf(index) };
  });
  return { changes, problems };
}

function examineChange(row: unknown, today: Day) {
  const { value, problems: shape } = isObject(row)
    ? checkInput(ChangeRow, row)
    : { value: {}, problems: [{ field: "", message: "must be an object with named fields." }] };
  const problems = [...shape];
  const wrong = (field: string, message: string) => problems.push({ field, message });
  // Fields that did not pass stay out of the rules below; those that passed have their type.
  const failed = new Set(shape.map(({ field }) => field));
  const passed = Object.fromEntries(Object.entries(Object(value)).filter(([name]) => !failed.has(name)));
  const { action = "set", startDate, endDate, ...rest } = passed as Partial<ChangeRow>;
  if (action === "set" && rest.price === undefined && !failed.has("price") && !failed.has("")) {
    wrong("price", "is required. To remove what is scheduled, use the action cancel.");
  }
  if (action === "cancel") {
    for (const name of ["price", "startDate", "endDate"]) {
      if (passed[name] !== undefined) {
        wrong(name, "is not for cancel, which keeps today's price without end.");
      }
    }
  } else checkDates({ startDate, endDate, today }, wrong);
  const change = {
    ...rest,
    app: rest.app ?? "",
    action,
    startDate: startDate === undefined || startDate <= today ? null : startDate,
    endDate: endDate ?? null,
  };
  return { change, problems };
}

interface Dates {
  startDate: Day | undefined;
  endDate: Day | undefined;
  today: Day;
}

function checkDates(
  { startDate, endDate, today }: Dates,
  wrong: (field: string, message: string) => void,
): void {
  const real = (field: string, date: Day | undefined): date is Day => {
    if (date === undefined) return false;
    if (isDay(date)) return true;
    wrong(field, `${date} is not a day of the calendar.`);
    return false;
  };
  const startIsDay = real("startDate", startDate);
  const endIsDay = real("endDate", endDate);
  if (startIsDay && startDate < today) {
    wrong("startDate", `is in the past: at Apple, in US Pacific time, today is ${today}.`);
  }
  if (!endIsDay) return;
  const start = startIsDay && startDate > today ? startDate : today;
  if (endDate <= start) {
    wrong("endDate", `must come after ${start === today ? `today, ${today}` : `the start date, ${start}`}.`);
  } else if (endDate > yearAfter(start)) {
    wrong("endDate", `is more than a year after ${start}, which is the longest that Apple allows.`);
  }
}

/** Apple's help: a temporary change lasts a year at most. */
function yearAfter(day: Day): Day {
  return `${String(Number(day.slice(0, 4)) + 1).padStart(4, "0")}${day.slice(4)}`;
}
