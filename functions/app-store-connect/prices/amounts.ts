/**
 * Amounts as whole numbers of millionths: Apple writes them as decimals with up to a few digits after the point, which
 * binary fractions cannot hold.
 */
const decimals = 6;

/** An amount such as `4.99` in millionths; undefined for anything that is no plain decimal. */
export function parseAmount(text: string): bigint | undefined {
  const match = /^(\d{1,30})(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  const [, whole = "0", fraction = ""] = match;
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** Whether two amounts are the same however they are written: `5` is `5.00`. */
export function sameAmount(a: string, b: string): boolean {
  const [left, right] = [parseAmount(a), parseAmount(b)];
  return left === undefined || right === undefined ? a === b : left === right;
}

/** Whether amount `a` is above amount `b`; false where one of them is no decimal. */
export function isAbove(a: string, b: string): boolean {
  const [left, right] = [parseAmount(a), parseAmount(b)];
  return left !== undefined && right !== undefined && left > right;
}

/**
 * The change from one amount to another in percent, to 2 decimals, halves away from zero. Computed in whole numbers:
 * binary fractions would round 1.005 the wrong way.
 *
 * @returns undefined where one of them is unknown, and where there is nothing to compare with because `before` is 0.
 */
export function percentChange(before: string | undefined, after: string | undefined): number | undefined {
  const [from, to] = [parseAmount(before ?? ""), parseAmount(after ?? "")];
  if (from === undefined || to === undefined || from === 0n) return undefined;
  // Hundredths of a percent, doubled, so that adding one `from` before halving rounds.
  const doubled = 2n * 10_000n * (to > from ? to - from : from - to);
  const hundredths = Number((doubled + from) / (2n * from));
  return (to < from && hundredths > 0 ? -hundredths : hundredths) / 100;
}
