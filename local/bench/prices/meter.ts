/** What a call to App Store Connect is for. */
export const callKinds = ["look-up", "schedule", "prices", "base", "write"] as const;
export type CallKind = (typeof callKinds)[number];

/** What arrived at App Store Connect. */
export interface Metered {
  /** Calls that were carried out, by what they are for. */
  calls: Readonly<Record<CallKind, number>>;
  /** Calls that were answered 429. */
  refused: number;
  /** Calls that were answered with anything else of 400 and above, as `status method path`. */
  failed: readonly string[];
  /**
   * Whole hours of the budget that had to be used up before the last call could be made, and the milliseconds that it
   * took until that was so.
   */
  hours: number;
  hoursMs: number;
  /** Most calls within an hour that rolls. */
  fullestHour: number;
  /** First call to last one. */
  totalMs: number;
}

export interface Meter {
  count(call: { method: string; path: string; status: number | undefined }, now: number): void;
  read(): Metered;
}

const kinds: readonly (readonly [RegExp, CallKind])[] = [
  [/^POST \/v1\/\w+PriceSchedules$/, "write"],
  [/^GET \/v1\/\w+PriceSchedules\/\d+\/manualPrices$/, "prices"],
  [/^GET \/v1\/\w+PriceSchedules\/\d+\/baseTerritory$/, "base"],
  [/^GET \/v1\/\w+PriceSchedules\/\d+$/, "schedule"],
  [/^GET \/v1\/(apps|territories)$/, "look-up"],
  [/^GET \/v1\/apps\/\d+\/(inAppPurchasesV2|subscriptionGroups|appPricePoints)$/, "look-up"],
  [/^GET \/v2\/inAppPurchases\/\d+\/pricePoints$/, "look-up"],
  [/^GET \/v\d\/\w+PricePoints\/[\w-]+\/equalizations$/, "look-up"],
];

function kindOf(method: string, path: string): CallKind {
  const found = kinds.find(([pattern]) => pattern.test(`${method} ${path}`));
  // Counted as what it is not, a call would make the numbers better than they are.
  if (!found) throw new Error(`The benchmark does not know what ${method} ${path} is for.`);
  return found[1];
}

const hourMs = 3_600_000;

function fullest(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [index, time] of times.entries()) {
    while ((times[from] ?? time) <= time - hourMs) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

/** Counts calls. @param hourly calls that may be made in an hour. */
export function createMeter(hourly: number): Meter {
  const calls: Record<CallKind, number> = { "look-up": 0, schedule: 0, prices: 0, base: 0, write: 0 };
  const failed: string[] = [];
  const times: number[] = [];
  let refused = 0;
  return {
    count({ method, path, status }, now) {
      if (status === 429) {
        refused += 1;
        return;
      }
      if (status === undefined || status >= 400) failed.push(`${status} ${method} ${path}`);
      calls[kindOf(method, path)] += 1;
      times.push(now);
    },
    read() {
      const first = times[0] ?? 0;
      const hours = Math.max(0, Math.floor((times.length - 1) / hourly));
      const hoursMs = hours === 0 ? 0 : (times[hours * hourly] ?? 0) - first;
      return {
        calls,
        refused,
        failed,
        hours,
        hoursMs,
        fullestHour: fullest(times),
        totalMs: (times.at(-1) ?? 0) - first,
      };
    },
  };
}
