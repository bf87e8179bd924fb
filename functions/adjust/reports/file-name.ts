/**
 * A name for the file of a report: its days where they are fixed, else the day on which it was made, so that the file
 * of tomorrow does not replace that of today.
 */
export function csvFileName(period: string, now: number): string {
  const days = /^(\d{4}-\d{2}-\d{2}):(\d{4}-\d{2}-\d{2})$/.exec(period);
  const words = days ? `${days[1]}-to-${days[2]}` : new Date(now).toISOString().slice(0, 10);
  return `adjust-report-${words}.csv`;
}
