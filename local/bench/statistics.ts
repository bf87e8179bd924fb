/** The middle of a list of numbers, and the ends of it: how much the machine alone makes of a difference. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** @throws RangeError for an empty list. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (min === undefined || max === undefined || upper === undefined || lower === undefined) {
    throw new RangeError("There is nothing to take the median of.");
  }
  return { median: (upper + lower) / 2, min, max };
}

/** Numbers of two sides that were measured right after each other, divided pair by pair. */
export function ratios(above: readonly number[], below: readonly number[]): Spread {
  return spread(above.map((value, index) => value / (below[index] ?? Number.NaN)));
}
