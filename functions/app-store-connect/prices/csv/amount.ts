/** The longest text that may be an amount; the patterns below are not for long ones. */
const maxLength = 40;

const noAmount = "must be an amount such as 4.99.";

/**
 * What is wrong with an amount of a sale list, to follow "price"; undefined where it is a plain decimal such as 4.99.
 * Spreadsheets write amounts as their country does, and a guess would be a price: the form that is meant is named,
 * and nothing is turned into it.
 */
export function amountProblem(text: string): string | undefined {
  if (text.length > maxLength) return noAmount;
  if (/^[1-9]\d{0,2}(\.\d{3})+$/.test(text)) {
    const whole = text.replaceAll(".", "");
    return `may have separators of thousands: write ${whole}, or ${withTwoDecimals(text)} if it has decimals.`;
  }
  if (/^\d{1,15}(\.\d{1,15})?$/.test(text)) return undefined;
  if (/^-/.test(text)) return "must not be negative.";
  if (/^\(.*\)$/s.test(text)) return "stands in brackets, as negative amounts do: write one such as 4.99.";
  if (text.includes("%")) return "is a percentage: write the new amount, such as 4.99.";
  if (/^\d+([.,]\d+)?e[+-]?\d+$/i.test(text)) {
    return "is written with an exponent: give the column the number format 0.00 in the spreadsheet.";
  }
  if (text.startsWith("'")) return "begins with an apostrophe: write 4.99, without it.";
  const amount = /^[\p{Sc}\p{L}\s.]*(?<amount>\d.*?)[\p{Sc}\p{L}\s.]*$/su.exec(text)?.groups?.amount;
  if (amount !== undefined && amount !== text && /[\p{Sc}\p{L}]/u.test(text)) {
    const plain = plainAmount(amount) ?? "the amount alone, such as 4.99";
    return `has a currency in it: write ${plain}, and the currency into the column currency.`;
  }
  const plain = plainAmount(text);
  if (plain === undefined) return noAmount;
  return /^\d+,\d{1,2}$/.test(text)
    ? `has a decimal comma: write ${plain}.`
    : `has separators of thousands: write ${plain}.`;
}

/** Cut, not rounded: a hint must not show more than what stands there. */
function withTwoDecimals(text: string): string {
  return /^\d+\.\d\d/.exec(text)?.[0] ?? text;
}

/** The decimal that an amount of another country's spelling seems to be; undefined where that is not clear. */
function plainAmount(text: string): string | undefined {
  const match = /^(\d{1,3}(?:([.,'’\s])\d{3}(?:\2\d{3})*)?|\d+)(?:([.,])(\d{1,2}))?$/u.exec(text);
  const [, whole, thousands, point, decimals] = match ?? [];
  if (whole === undefined || (point !== undefined && point === thousands)) return undefined;
  const digits = whole.replace(/\D/g, "");
  return decimals === undefined ? digits : `${digits}.${decimals}`;
}
