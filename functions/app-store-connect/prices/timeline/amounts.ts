/** An amount as a whole number of its smallest written unit: `4.99` is 499 with 2 digits after the point. */
interface Scaled {
  units: bigint;
  digits: number;
}

function scaled(amount: string): Scaled | undefined {
  const match = /^(\d{1,30})(?:\.(\d{1,30}))?$/.exec(amount);
  if (match === null) return undefined;
  const [, whole = "", fraction = ""] = match;
  return { units: BigInt(whole + fraction), digits: fraction.length };
}

/** Both amounts in the same unit, so that they compare as decimals: `5` and `5.00` are the same. */
function together(a: string, b: string): readonly [bigint, bigint] | undefined {
  const [left, right] = [scaled(a), scaled(b)];
  if (left === undefined || right === undefined) return undefined;
  const digits = Math.max(left.digits, right.digits);
  const raise = ({ units, digits: own }: Scaled) => units * 10n ** BigInt(digits - own);
  return [raise(left), raise(right)];
}

/** Whether amount `a` is above amount `b`; false where one of them is no decimal. */
export function isAbove(a: string, b: string): boolean {
  const pair = together(a, b);
  return pair !== undefined && pair[0] > pair[1];
}

/**
 * The change from one amount to another in percent, to 2 decimals, halves away from zero. Computed in whole numbers:
 * binary fractions would round 1.005 the wrong way.
 *
 * @returns undefined where one of them is unknown, and where there is nothing to compare with because `before` is 0.
 */
export function percentChange(before: string | undefined, after: string | undefined): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  const pair = together(before, after);
  if (pair === undefined || pair[0] === 0n) return undefined;
  const [from, to] = pair;
  // Hundredths of a percent, doubled, so that adding one `from` before halving rounds.
  const doubled = 2n * 10_000n * (to > from ? to - from : from - to);
  const hundredths = Number((doubled + from) / (2n * from));
  return (to < from && hundredths > 0 ? -hundredths : hundredths) / 100;
}
