/**
 * What makes a spreadsheet run a cell: the first character of it, in full width too, after any white space. Source:
 * OWASP, CSV injection.
 */
const formulaStart = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/;

const plainNumber = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** Whether a spreadsheet would run a cell as a formula. Plain numbers are none: a minus before digits runs nothing. */
export function startsFormula(cell: string): boolean {
  return formulaStart.test(cell) && !plainNumber.test(cell);
}

/**
 * Where a cell would begin if the file were opened with another delimiter than its own, as spreadsheets of some
 * countries do: quotes do not hold such a cell together.
 */
const startWithin = /([;\t\r\n]\s*)(?=[=+\-@＝＋－＠])/g;

/** A cell with an apostrophe wherever a spreadsheet would see a formula begin; any other cell as it is. */
export function withoutFormula(cell: string): string {
  if (plainNumber.test(cell)) return cell;
  const inside = cell.replace(startWithin, "$1'");
  return formulaStart.test(cell) ? `'${inside}` : inside;
}
