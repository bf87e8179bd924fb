import type { ErrorDetail } from "../../../errors.ts";

/** The name of a place in a CSV text, as errors give it: `csv line 7, price`. */
export function csvField(line: number, column?: string): string {
  return column === undefined ? `csv line ${line}` : `csv line ${line}, ${column}`;
}

/**
 * Problems of changes that came as CSV, with the places that their sender knows: `changes[3].price` becomes
 * `csv line 7, price`. Other fields stay.
 *
 * @param lines line of each change, as `readPriceChanges` answers them.
 */
export function atCsvLines(problems: readonly ErrorDetail[], lines: readonly number[]): ErrorDetail[] {
  return problems.map((problem) => {
    const [, index, column] = /^changes\[(\d+)\](?:\.(\w+))?$/.exec(problem.field) ?? [];
    const line = lines[Number(index)];
    return line === undefined ? problem : { ...problem, field: csvField(line, column) };
  });
}
