/** Apple's times are milliseconds since the epoch; flows take and are given ISO 8601 in UTC. */

/** @returns undefined for what is no time. */
export function isoDate(milliseconds: unknown): string | undefined {
  if (typeof milliseconds !== "number" || !Number.isFinite(milliseconds)) return undefined;
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
