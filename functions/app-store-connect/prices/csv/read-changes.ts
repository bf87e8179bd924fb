import { type CsvRow, readCsv } from "../../../csv/read.ts";
import { type ErrorDetail, invalidInput } from "../../../errors.ts";
import { amountProblem } from "./amount.ts";
import { dayProblem } from "./day.ts";
import { readHeader } from "./header.ts";
import { csvField } from "./place.ts";
import type { ChangeColumn, PriceChangeRow } from "./row.ts";

/** Price changes as they stood in a file. */
export interface CsvPriceChanges {
  changes: PriceChangeRow[];
  /** Line of each change in the file, by which errors name it. */
  lines: number[];
}

/** Changes of one call, as in a JSON body. */
export const maxChanges = 10_000;

/** Problems that are answered (`invalidInput` takes no more); what is past them is told as a number. */
const maxListed = 99;

/** Checks changes by what a file does not say, such as which fields a change needs. */
export type CheckChanges = (
  changes: readonly PriceChangeRow[],
) => readonly { index: number; problem: ErrorDetail }[];

/**
 * Reads price changes from a sale list: a header names the columns, each row is a change. Empty cells are absent
 * fields. Whether apps, products, territories and prices exist the plan tells.
 *
 * @param check its problems are told together with those of the file, but for lines that cannot be read anyway.
 * @throws RelayError `invalid_input` with every bad line, in fields such as `csv line 7, price`.
 */
export async function readPriceChanges(
  text: string,
  maxRows = maxChanges,
  check: CheckChanges = () => [],
): Promise<CsvPriceChanges> {
  const table = await readCsv(text, { maxRows });
  const header = readHeader(table.columns, table.line);
  const found: { line: number; detail: ErrorDetail }[] = table.problems.map(({ line, column, message }) => ({
    line,
    detail: { field: csvField(line, column), message },
  }));
  // Without a header there is one problem, and no column can be missing in it.
  if (table.columns.length > 0) {
    found.push(...header.problems.map((detail) => ({ line: table.line, detail })));
  }
  const changes: PriceChangeRow[] = [];
  const lines: number[] = [];
  for (const row of table.rows) {
    const { change, problems } = readRow(row, header.fields);
    found.push(...problems.map((detail) => ({ line: row.line, detail })));
    changes.push(change);
    lines.push(row.line);
  }
  const unread = new Set(found.map(({ line }) => line));
  for (const { index, problem } of check(changes)) {
    const line = lines[index];
    if (line === undefined || unread.has(line)) continue;
    const field = problem.field === "" ? csvField(line) : csvField(line, problem.field);
    found.push({ line, detail: { ...problem, field } });
  }
  if (found.length > 0) {
    throw refusal(found.sort((one, other) => one.line - other.line).map(({ detail }) => detail));
  }
  if (changes.length === 0) {
    throw invalidInput([{ field: csvField(table.line), message: "is the header, and no change follows." }]);
  }
  return { changes, lines };
}

function refusal(problems: readonly ErrorDetail[]) {
  if (problems.length <= maxListed + 1) return invalidInput(problems);
  const more = problems.length - maxListed;
  return invalidInput([
    ...problems.slice(0, maxListed),
    { field: "csv", message: `has ${more.toLocaleString("en")} more problems, on later lines.` },
  ]);
}

function readRow({ line, cells }: CsvRow, fields: readonly (ChangeColumn | undefined)[]) {
  const change: PriceChangeRow = { app: "" };
  const problems: ErrorDetail[] = [];
  for (const [index, field] of fields.entries()) {
    const text = cells[index] ?? "";
    if (field === undefined || text === "") continue;
    const problem = cellProblem(field, text);
    if (problem !== undefined) problems.push({ field: csvField(line, field), message: problem });
    else if (field === "preserveCurrentPrice") change[field] = isTrue(text);
    else change[field] = text;
  }
  if (change.app === "" && fields.includes("app")) {
    problems.push({ field: csvField(line, "app"), message: "is empty: each line names its app." });
  }
  return { change, problems };
}

/** What is wrong with a cell by its form alone, where a spreadsheet is the likely cause. */
function cellProblem(field: ChangeColumn, text: string): string | undefined {
  switch (field) {
    case "price":
      return amountProblem(text);
    case "startDate":
    case "endDate":
      return dayProblem(text);
    case "currency":
      return /^[a-z]{3}$/i.test(text) ? undefined : "must be a currency of three letters, such as USD.";
    case "preserveCurrentPrice":
      return /^(true|false)$/i.test(text) ? undefined : "must be true or false.";
    default:
      return undefined;
  }
}

/** Spreadsheets write TRUE. */
function isTrue(text: string): boolean {
  return text.toLowerCase() === "true";
}
