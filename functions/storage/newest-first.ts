/** Characters that a time takes: enough until far beyond any date. */
const timeCharacters = 9;
const latest = 36 ** timeCharacters - 1;

/**
 * What keys begin with that are to list the newest first: 9 characters that fall as time goes on, since tables are read
 * in the order of their keys.
 *
 * @param at milliseconds since the epoch.
 */
export function timePart(at: number): string {
  return (latest - at).toString(36).padStart(timeCharacters, "0");
}

/** The same, followed by 12 characters of a number. What IDs of our own look like: 21 lower-case letters and digits. */
export function timedId(at: number, number: bigint): string {
  return timePart(at) + (number % 36n ** 12n).toString(36).padStart(12, "0");
}

/** Pattern of `timedId`. */
export const timedIdPattern = "^[0-9a-z]{21}$";
