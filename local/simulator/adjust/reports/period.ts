import { refuse } from "../errors.ts";

/** Milliseconds. */
const dayMs = 86_400_000;

/** First and last day of a period: a documented name, `2020-12-31:2021-01-01` or `-10d:-3d`. Others are refused. */
export function daysOf(value: string, localMs: number): [string, string] {
  const today = Math.floor(localMs / dayMs);
  const day = (index: number) => new Date(index * dayMs).toISOString().slice(0, 10);
  const date = new Date(localMs);
  // Weeks begin on Monday.
  const monday = today - ((date.getUTCDay() + 6) % 7);
  const first = (month: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + month, 1) / dayMs;
  const named: Readonly<Record<string, readonly [number, number] | undefined>> = {
    today: [today, today],
    yesterday: [today - 1, today - 1],
    this_week: [monday, today],
    last_week: [monday - 7, monday - 1],
    this_month: [first(0), today],
    last_month: [first(-1), first(0) - 1],
    this_month_until_yesterday: [first(0), today - 1],
  };
  const known = named[value];
  if (known !== undefined) return [day(known[0]), day(known[1])];
  const dates = /^(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)$/.exec(value);
  if (dates?.[1] !== undefined && dates[2] !== undefined && dates[1] <= dates[2]) return [dates[1], dates[2]];
  const back = /^-(\d{1,4})d:-(\d{1,4})d$/.exec(value);
  if (back !== null && Number(back[1]) >= Number(back[2]))
    return [day(today - Number(back[1])), day(today - Number(back[2]))];
  throw refuse(400, `Unsupported date_period: ${value}`);
}
