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
  /** What names it in errors, such as `changes[3]` or `csv line 5`. */
  field: string;
  action: "set" | "cancel";
  /** Null: now. */
  startDate: Day | null;
  /** Null: permanent. */
  endDate: Day | null;
}

/** How a field of a change is named in errors. */
export type FieldName = (index: number, field?: string) => string;

export const jsonField: FieldName = (index, field) =>
  field === undefined ? `changes[${index}]` : `changes[${index}].${field}`;

/**
 * Checks what is wrong without asking Apple, of every change at once.
 *
 * @param today in US Pacific time.
 * @throws RelayError `invalid_input` with every problem.
 */
export function checkChanges(
  rows: readonly unknown[],
  today: Day,
  fieldName: FieldName = jsonField,
): CheckedChange[] {
  const problems: ErrorDetail[] = [];
  const changes = rows.map((row, index) => checkChange(row, index, { today, fieldName, problems }));
  if (problems.length > 0) throw invalidInput(problems);
  return changes;
}

interface Checking {
  today: Day;
  fieldName: FieldName;
  problems: ErrorDetail[];
}

function checkChange(row: unknown, index: number, { today, fieldName, problems }: Checking): CheckedChange {
  const found: ErrorDetail[] = [];
  const wrong = (field: string, message: string) => found.push({ field, message });
  const { value, problems: shape } = isObject(row)
    ? checkInput(ChangeRow, row)
    : { value: {}, problems: [{ field: "", message: "must be an object with named fields." }] };
  found.push(...shape);
  // Fields that did not pass stay out of the rules below; those that passed have their type.
  const failed = new Set(shape.map(({ field }) => field));
  const passed = Object.fromEntries(Object.entries(Object(value)).filter(([name]) => !failed.has(name)));
  const { action = "set", startDate, endDate, ...rest } = passed as Partial<ChangeRow>;
  if (action === "set" && rest.price === undefined && !failed.has("price")) {
    wrong("price", "is required. To remove what is scheduled, use the action cancel.");
  }
  if (action === "cancel") {
    for (const name of ["price", "startDate", "endDate"]) {
      if (passed[name] !== undefined)
        wrong(name, "is not for cancel, which keeps today's price without end.");
    }
  } else checkDates({ startDate, endDate, today }, wrong);
  for (const { field, message } of found) {
    problems.push({ field: field === "" ? fieldName(index) : fieldName(index, field), message });
  }
  return {
    ...rest,
    app: rest.app ?? "",
    index,
    field: fieldName(index),
    action,
    startDate: startDate === undefined || startDate <= today ? null : startDate,
    endDate: endDate ?? null,
  };
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

/** A change whose fields are those of the call itself. */
export const fieldAlone: FieldName = (_index, field = "body") => field;
