/** A decimal, with an exponent or without: what JSON and Adjust's text values write. */
const decimal = /^-?\d{1,400}(\.\d{1,400})?(e[+-]?\d{1,3})?$/i;

/** Every decimal of so many digits survives being a JSON number (IEEE 754 double). */
const safeDigits = 15;

/**
 * A value of a metric as a number, where nothing is lost by it; anything else as it came.
 *
 * Adjust writes the metrics of a row as text, such as "64" or "0.0". A longer decimal becomes a number only when the
 * number is written with the same digits again.
 */
export function asNumber(value: unknown): unknown {
  if (typeof value !== "string" || !decimal.test(value)) return value;
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  const digits = significantDigits(value);
  return digits.length <= safeDigits || digits === significantDigits(String(number)) ? number : value;
}

/** The digits of a decimal without sign, point, exponent, and zeros at either end. */
function significantDigits(text: string): string {
  const [mantissa = ""] = text.replace("-", "").split(/e/i);
  return mantissa.replace(".", "").replace(/^0+/, "").replace(/0+$/, "");
}
