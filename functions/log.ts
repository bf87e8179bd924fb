/** Fields of a record. Values are ids, counts and codes: never URLs, headers, bodies or inputs. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Longest value of a field, so that no record grows past what a log line can carry. */
const maxValue = 500;

/**
 * One record as one line of JSON. Line breaks, escape sequences and the Unicode line separators that some viewers
 * break at are all written as `\uXXXX`.
 */
export function logLine(fields: LogFields): string {
  const capped = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" && value.length > maxValue ? `${value.slice(0, maxValue)}…` : value,
    ]),
  );
  return JSON.stringify(capped).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
