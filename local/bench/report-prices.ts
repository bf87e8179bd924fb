import { measurePrices, type PlayedSale } from "./measures/prices.ts";
import type { CallKind } from "./prices/meter.ts";
import { mebi, say, step, table, verdict } from "./print.ts";

/** Calls upstream of a changed product, look-ups apart (design): with prices in the base alone, and otherwise. */
const maxCalls = { base: 4.2, several: 5.2 };

/** Least share of the hourly budget that jobs may use, over the hours that it bounds. */
const minShare = 0.95;

/** Most memory that 10,000 products may take above 100. */
const maxGrowthBytes = 64 * 2 ** 20;

/** Plays sales of prices and prints what they took. Sets the process's exit code where a bound is missed. */
export async function reportPrices(): Promise<void> {
  const { simulated, account } = await measurePrices(step);
  const held: boolean[] = [];
  const check = (holds: boolean) => {
    held.push(holds);
    return verdict(holds);
  };

  say("(e) Sales: plan, apply and proof, with Apple's budget on a simulated clock, 300 ms a call");
  say();
  table(
    [
      "products",
      "territories",
      "instances",
      "calls a product",
      "",
      "look-ups",
      "429s",
      "takes",
      "of it the plan",
    ],
    simulated.map(({ facts, result }) => {
      const most = facts.territories === 1 ? maxCalls.base : maxCalls.several;
      const calls = callsOf(result.world.calls) / facts.products;
      return [
        ...namesOf({ facts, result }),
        calls.toFixed(2),
        check(calls <= most && isRight({ facts, result })),
        String(result.world.calls["look-up"]),
        String(result.world.refused),
        duration(result.saleMs),
        duration(result.planMs),
      ];
    }),
  );
  say(`Must be at most ${maxCalls.base} calls with prices in the base alone, else ${maxCalls.several}.`);
  say();

  table(
    [
      "products",
      "territories",
      "instances",
      "hours of budget used up",
      "in",
      "share",
      "must be ≥ 95 %",
      "fullest hour",
    ],
    simulated.map((sale) => {
      const { hours, hoursMs } = sale.result.world;
      const fullest = sale.result.world.fullestHour.toLocaleString("en-US");
      if (hours === 0) return [...namesOf(sale), "none", "", "", "no hour was used up", fullest];
      const share = (hours * hourMs) / hoursMs;
      const shown = `${(100 * share).toFixed(1)} %`;
      return [...namesOf(sale), String(hours), duration(hoursMs), shown, check(share >= minShare), fullest];
    }),
  );

  table(
    [
      "products",
      "territories",
      "instances",
      "heap, MiB",
      "resident, MiB",
      "storage requests a product",
      "real time",
    ],
    simulated.map((sale) => {
      const { memory, storage, messages, realMs } = sale.result;
      const requests = Object.values(storage).reduce((sum, count) => sum + count, 2 * messages);
      return [
        ...namesOf(sale),
        mebi(memory.heapBytes),
        mebi(memory.residentBytes),
        (requests / sale.facts.products).toFixed(1),
        `${(realMs / 1000).toFixed(1)} s`,
      ];
    }),
  );
  table(
    ["growth from 100 to 10,000 products, MiB", "heap", "resident", "must be ≤ 64"],
    [1, 4].map((territories) => {
      const of = (products: number) => find(simulated, { products, territories }).result.memory;
      const heap = of(10_000).heapBytes - of(100).heapBytes;
      const resident = of(10_000).residentBytes - of(100).residentBytes;
      const holds = check(Math.max(heap, resident) <= maxGrowthBytes);
      return [`prices in ${territories} territories`, mebi(heap), mebi(resident), holds];
    }),
  );

  const memory = find(simulated, { products: 100, territories: 1 });
  const equal = kinds.every((kind) => memory.result.world.calls[kind] === account.result.world.calls[kind]);
  table(
    ["100 products", ...kinds, "429s", ""],
    [
      ["storage in memory", ...counts(memory), String(memory.result.world.refused), ""],
      ["Azurite", ...counts(account), String(account.result.world.refused), check(equal && isRight(account))],
    ],
  );
  if (held.includes(false)) process.exitCode = 1;
}

const hourMs = 3_600_000;

const kinds: readonly CallKind[] = ["look-up", "prices", "base", "schedule", "write"];

function counts({ result }: PlayedSale): string[] {
  return kinds.map((kind) => String(result.world.calls[kind]));
}

/** Whether every product was changed, and written once. */
function isRight({ facts, result }: PlayedSale): boolean {
  const { writtenOnce, failed } = result.world;
  return writtenOnce === facts.products && result.applied.applied === facts.products && failed.length === 0;
}

function callsOf({ "look-up": _lookUps, ...calls }: Readonly<Record<CallKind, number>>): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

function namesOf({ facts }: PlayedSale): string[] {
  const { products, territories, instances } = facts;
  return [products.toLocaleString("en-US"), String(territories), String(instances)];
}

function find(
  played: readonly PlayedSale[],
  { products, territories }: { products: number; territories: number },
): PlayedSale {
  const found = played.find(
    ({ facts }) => facts.products === products && facts.territories === territories && facts.instances === 1,
  );
  if (!found) throw new Error(`No sale of ${products} products was played.`);
  return found;
}

function duration(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  if (ms < hourMs) return `${(ms / 60_000).toFixed(1)} min`;
  return `${(ms / hourMs).toFixed(2)} h`;
}
