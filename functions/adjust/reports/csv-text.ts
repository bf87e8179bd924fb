import { startsFormula } from "../../csv/formula.ts";

/** What a CSV text is made of. */
export interface CsvShape {
  /** Records, the header included. */
  records: number;
  /** Cells of each record; undefined where they differ. */
  columns: number | undefined;
  /** It ends inside a quoted cell. */
  open: boolean;
}

/** Looks a CSV text over. */
export function csvShape(text: string): CsvShape {
  let records = 0;
  let columns: number | undefined;
  let even = true;
  let cells = 0;
  const whole = eachCell(text, (_start, _end, isLast) => {
    cells += 1;
    if (!isLast) return;
    records += 1;
    columns ??= cells;
    even &&= cells === columns;
    cells = 0;
  });
  return { records, columns: even ? columns : undefined, open: !whole };
}

/**
 * Walks the cells of a CSV text as RFC 4180 has it: a quoted cell may hold commas, doubled quotes and line ends.
 *
 * @param visit gets where a cell begins and ends, quotes included, and whether it is the last of its record.
 * @returns whether every quote was closed.
 */
function eachCell(text: string, visit: (start: number, end: number, isLast: boolean) => void): boolean {
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    const end = endOfCell(text, at);
    if (end === undefined) return false;
    const isLast = text[end] !== ",";
    visit(at, end, isLast);
    at = end + (text.startsWith("\r\n", end) ? 2 : 1);
    // A comma at the very end is followed by one more cell, an empty one.
    if (!isLast && at === text.length) visit(at, at, true);
  }
  return true;
}

/** Where the comma or line end after a cell stands, or the end of the text; undefined when a quote is never closed. */
function endOfCell(text: string, start: number): number | undefined {
  let at = start;
  if (text[at] === '"') {
    do {
      const quote = text.indexOf('"', at + 1);
      if (quote < 0) return undefined;
      at = quote + 1;
    } while (text[at] === '"');
  }
  while (at < text.length && text[at] !== "," && text[at] !== "\n" && text[at] !== "\r") at += 1;
  return at;
}

/**
 * The same text with an apostrophe before every cell that a spreadsheet would run as a formula. Numbers stay: a minus
 * before digits runs nothing.
 */
export function withoutFormulas(text: string): string {
  let result = "";
  let copied = 0;
  eachCell(text, (start, end) => {
    const quoted = text[start] === '"';
    const inside = quoted ? start + 1 : start;
    if (!startsFormula(text.slice(inside, quoted ? end - 1 : end))) return;
    result += `${text.slice(copied, inside)}'`;
    copied = inside;
  });
  return result + text.slice(copied);
}
