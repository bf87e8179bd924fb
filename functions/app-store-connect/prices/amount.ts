/**
 * Amounts as whole numbers of millionths: Apple writes them as decimals with up to a few digits after the point, which
 * binary fractions cannot hold.
 */
const decimals = 6;

/** An amount such as `4.99` in millionths; undefined for anything that is no plain decimal. */
export function parseAmount(text: string): bigint | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  const [, whole = "0", fraction = ""] = match;
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** Whether two amounts are the same however they are written: `5` is `5.00`. */
export function sameAmount(a: string, b: string): boolean {
  const [left, right] = [parseAmount(a), parseAmount(b)];
  return left === undefined || right === undefined ? a === b : left === right;
}
