/** Writes days as `YYYY-MM-DD`. */
const format = new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/Los_Angeles",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

const hourMs = 3_600_000;

/** The US Pacific date at a time in milliseconds: what "today" is where Apple's prices are concerned. */
export function pacificDay(nowMs: number): string {
  return format.format(nowMs);
}

/** The day that is some days after another. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * hourMs).toISOString().slice(0, 10);
}

/** When a day begins in US Pacific time, in seconds since the epoch. */
export function pacificMidnight(day: string): number {
  const inSummer = Date.parse(`${day}T00:00:00Z`) + 7 * hourMs;
  // In winter that is still 23:00 of the day before.
  return (pacificDay(inSummer) === day ? inSummer : inSummer + hourMs) / 1_000;
}

/** Whether a text is a day of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
