import type { CsvError } from "csv-parse/sync";
import { dialectOf } from "./delimiter.ts";
import { LineCounter, lineEnds } from "./lines.ts";

/** A row below the header, with a cell for each column. */
export interface CsvRow {
  /** Line of the file on which it begins; the first line is 1, and a line end inside quotes counts too. */
  line: number;
  cells: readonly string[];
}

/** Something wrong in a CSV text. */
export interface CsvProblem {
  line: number;
  /** Name of the column; absent where it is about the whole line. */
  column?: string;
  /** To follow the name of the place, such as `is never closed.`. */
  message: string;
}

/** What a CSV text holds. */
export interface CsvTable {
  /** Line of the header. */
  line: number;
  /** Names as they stand in the header, without those columns that have neither name nor text. */
  columns: readonly string[];
  /** Rows that are whole, in their order. Blank ones are left out. */
  rows: readonly CsvRow[];
  /** Every bad line. What comes after a fault of quoting or a bound cannot be read and is not looked at. */
  problems: readonly CsvProblem[];
}

export interface CsvBounds {
  /** Rows that are not blank, the header apart. */
  maxRows: number;
  /** Characters of a cell. 4,096 fit every text of the three services. */
  maxCellLength?: number;
}

/**
 * Rows of delimiters alone, as spreadsheets write those that were once used or have a format. Reading 20,000 of them
 * takes up to a second.
 */
const maxBlankRows = 20_000;

/**
 * Empty cells side by side, far more than any table of ours has columns. The parser counts no bytes of theirs: a line
 * of ten million delimiters is cheap to send and takes 4 s and 400 MB.
 */
const maxEmptyCells = 256;

/** Bytes of one record, so that a quote that is never closed does not take in all of a long file. */
const maxRecordBytes = 1_000_000;

/** What ends the reading early, thrown through the parser. */
class Stop extends Error {}

/**
 * Reads a CSV text as spreadsheets write it: with or without a byte order mark, with commas, semicolons or tabs, any
 * line ends, cells in quotes that hold all of these. White space around cells is trimmed outside quotes. Nothing is
 * thrown for what a text may hold: what is wrong with it stands in `problems`.
 */
export async function readCsv(text: string, { maxRows, maxCellLength = 4096 }: CsvBounds): Promise<CsvTable> {
  // Loaded when it is needed: few calls bring CSV, and none should wait for the parser at a cold start.
  const { parse, CsvError } = await import("csv-parse/sync");
  const { delimiter, start, line: firstLine } = dialectOf(text);
  const bytes = Buffer.from(start === 0 ? text : text.slice(start));
  const lines = new LineCounter(bytes, firstLine);
  const header = { line: firstLine, names: [] as readonly string[] };
  const rows: CsvRow[] = [];
  const problems: CsvProblem[] = [];
  let end = 0;
  let blankRows = 0;
  /** Rows that were looked at, good and bad. */
  let taken = 0;

  const stop = (line: number, message: string): never => {
    problems.push({ line, message });
    throw new Stop();
  };
  const take = (cells: readonly string[], line: number) => {
    if (header.names.length === 0) {
      Object.assign(header, { line, names: cells });
      return;
    }
    taken += 1;
    if (taken > maxRows) stop(line, `is past the ${maxRows.toLocaleString("en")} rows that are taken.`);
    const wrong = problemsOf(cells, header.names, { line, maxCellLength });
    if (wrong.length === 0) rows.push({ line, cells });
    problems.push(...wrong);
  };
  try {
    const wide = text.indexOf(delimiter.repeat(maxEmptyCells + 1), start);
    if (wide >= 0)
      stop(firstLine + lineEnds(text.slice(start, wide)), `has more than ${maxEmptyCells} empty cells.`);
    parse(bytes, {
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: maxRecordBytes,
      on_record: (cells: readonly string[], info) => {
        end = info.bytes;
        if (cells.every((cell) => cell === "")) {
          blankRows += 1;
          if (blankRows > maxBlankRows)
            stop(lines.lineAt(end), "comes after too many blank rows: delete them.");
          return;
        }
        const within = cells.reduce((sum, cell) => sum + lineEnds(cell), 0);
        take(cells, lines.lineAt(end) - within - (lines.endsLine(end) ? 1 : 0));
      },
    });
  } catch (error) {
    if (error instanceof CsvError) problems.push({ line: lines.nextLine(end), message: describe(error) });
    else if (!(error instanceof Stop)) throw error;
  }
  if (header.names.length === 0 && problems.length === 0) {
    problems.push({ line: firstLine, message: "must be the header, and there is none." });
  }
  return { ...withoutUnnamed(header.names, rows), line: header.line, problems };
}

function problemsOf(
  cells: readonly string[],
  names: readonly string[],
  { line, maxCellLength }: { line: number; maxCellLength: number },
): CsvProblem[] {
  if (cells.length !== names.length) {
    const count = `has ${cells.length} ${cells.length === 1 ? "cell" : "cells"}, the header has ${names.length}`;
    const cure = "A cell that holds the delimiter itself must stand in quotes.";
    return [{ line, message: cells.length > names.length ? `${count}. ${cure}` : `${count}.` }];
  }
  return cells.flatMap((cell, index): CsvProblem[] => {
    const column = names[index] || `column ${index + 1}`;
    if (names[index] === "" && cell !== "") {
      return [{ line, column, message: "has text, but its column has no name in the header." }];
    }
    if (cell.length <= maxCellLength) return [];
    const bound = maxCellLength.toLocaleString("en");
    return [{ line, column, message: `must be at most ${bound} characters long.` }];
  });
}

/** Spreadsheets also write columns that hold nothing. A text in one is a problem that was found before. */
function withoutUnnamed(
  names: readonly string[],
  rows: readonly CsvRow[],
): Pick<CsvTable, "columns" | "rows"> {
  if (!names.includes("")) return { columns: names, rows };
  const named = <Value>(values: readonly Value[]) => values.filter((_value, index) => names[index] !== "");
  return { columns: named(names), rows: rows.map(({ line, cells }) => ({ line, cells: named(cells) })) };
}

const unread = "What follows was not read.";

/** What the parser stopped at. Its own text quotes the file and is not passed on. */
function describe({ code }: CsvError): string {
  switch (code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return `holds a quote that is never closed. ${unread}`;
    case "CSV_MAX_RECORD_SIZE":
      return `is longer than 1 MB: is a quote in it never closed? ${unread}`;
    default:
      return `holds a quote in the wrong place: a cell with quotes in it stands in quotes itself, and each quote is doubled. ${unread}`;
  }
}
