import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadWork } from "../../../functions/app-store-connect/prices/load-work.ts";
import { type Configuration, publicOrigins } from "../../../functions/configuration.ts";
import { type Runtime, systemRuntime } from "../../../functions/runtime.ts";
import { accountStorage } from "../prices/azure-storage.ts";
import { chance, simulatedClock } from "../prices/clock.ts";
import { counted } from "../prices/counted.ts";
import { pumpQueue, startInstance } from "../prices/instance.ts";
import { startLinked } from "../prices/link.ts";
import { createMemoryProbe, type PeakMemory } from "../prices/memory.ts";
import { playSale } from "../prices/sale.ts";
import { linkedStorage } from "../prices/storage.ts";
import type { WorldReport } from "./price-world.ts";

/** One sale: the relay in this process, App Store Connect and storage in another one. */
export interface PriceSaleFacts {
  products: number;
  /** Territories in which each product has a price of its own, the base included. */
  territories: number;
  /** Instances of the app, each with a pacer and caches of its own; all of them are in this process. */
  instances: number;
  clock: "simulated" | "real";
  latencyMs: number;
  /** Percent of the budget that is left to others. */
  interactiveShare: number;
  /** A storage account; absent: storage in memory. */
  connectionString?: string;
}

/** What a sale took. */
export interface PriceSaleResult {
  world: WorldReport;
  /** Requests to storage, by what they do. */
  storage: Readonly<Record<string, number>>;
  messages: number;
  memory: PeakMemory;
  /** Milliseconds by the clock that the sale was played on: of the plan, and of the plan and its application. */
  planMs: number;
  saleMs: number;
  /** Real milliseconds. */
  realMs: number;
  applied: Readonly<Record<string, unknown>>;
}

const [worldScript = "", text = "{}"] = process.argv.slice(2);
const facts: PriceSaleFacts = JSON.parse(text);
const { instances, latencyMs, interactiveShare, connectionString } = facts;
const isSimulated = facts.clock === "simulated";

async function play(folder: string): Promise<PriceSaleResult> {
  const world = await startLinked(worldScript, [folder, text]);
  const { vault = "", origin = "", now } = world.hello;
  const clock = isSimulated ? simulatedClock(chance(7), Number(now)) : undefined;
  const runtime: Runtime = clock ?? systemRuntime;
  const hold = <Value>(work: Promise<Value>) => (clock ? clock.hold(work) : work);
  const probe = createMemoryProbe();
  const requests: Record<string, number> = {};

  /** The clock of the other process is that of this one: it is told before it is asked anything, and in order. */
  let told = Number(now);
  async function tell(): Promise<void> {
    if (!clock || clock.now() === told) return;
    told = clock.now();
    await world.ask("clock", told);
  }
  const { storage, receive } = connectionString
    ? await accountStorage(connectionString)
    : linkedStorage((method, ...args) => {
        void tell();
        return world.ask(method, ...args);
      });
  const through = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    requests[name] = (requests[name] ?? 0) + 1;
    const value = await hold(work());
    // Pages and blobs hold many items at once.
    if (name === "blob" || name === "page") probe.look();
    else probe.glance();
    return value;
  };
  const configuration: Configuration = {
    vault: { kind: "folder", path: vault },
    origins: { ...publicOrigins, "app-store-connect": origin },
    publicOrigin: undefined,
    storage: undefined,
    appleRoots: new Set(),
    interactiveShare,
    events: { retentionDays: 90, backfillHours: 24, callbackHosts: [] },
    prices: { maxItems: 10_000, maxChangePercent: undefined },
  };
  const all = Array.from({ length: instances }, () =>
    startInstance({
      configuration,
      runtime,
      storage: counted(storage, through),
      latencyMs,
      hold,
      async beforeCall() {
        probe.glance();
        await tell();
      },
    }),
  );
  const [first] = all;
  if (!first) throw new Error("There is no instance.");
  const products = await world.ask<readonly { app: string; product: string }[]>("products");
  const changes = products.map((product, index) => ({ ...product, ...saleOf(index, Number(now)) }));
  // What is loaded at the first call is read from files, which a simulated clock does not wait for.
  await loadWork();
  const began = performance.now();
  const startedAt = runtime.now();
  let plannedAt = startedAt;
  let isOver = false;
  let messages = 0;

  async function sale() {
    const pumps = all.map((services) =>
      pumpQueue(
        services,
        { receive: (queue, most) => hold(receive(queue, most)) },
        { isOver: () => isOver, log: logFault },
      ).then((count) => {
        messages += count;
      }),
    );
    const result = await playSale(first as NonNullable<typeof first>, changes, async () => {
      plannedAt = runtime.now();
      probe.look();
    });
    const endedAt = runtime.now();
    isOver = true;
    await Promise.all(pumps);
    return { ...result, endedAt };
  }

  probe.look();
  const { applied, endedAt } = await (clock ? clock.run(sale()) : sale());
  probe.look();
  const report = await world.ask<WorldReport>("report");
  world.close();
  return {
    world: report,
    storage: requests,
    messages,
    memory: probe.peak(),
    planMs: plannedAt - startedAt,
    saleMs: endedAt - startedAt,
    realMs: performance.now() - began,
    applied: (applied.summary ?? {}) as Record<string, unknown>,
  };
}

const day = 86_400_000;

/** A week at a price that no product has: from tomorrow on, so that every schedule gets three intervals. */
function saleOf(index: number, now: number) {
  const dayAt = (days: number) => new Date(now + days * day).toISOString().slice(0, 10);
  return { price: `${(index % 4) + 0.49}`, startDate: dayAt(3), endDate: dayAt(10) };
}

/** Logs of steps that went well say nothing here. */
function logFault(line: string): void {
  if (/"fault"|failed/.test(line)) process.stderr.write(`${line}\n`);
}

const folder = await mkdtemp(path.join(tmpdir(), "relay-bench-prices-"));
try {
  process.send?.(await play(folder));
} finally {
  await rm(folder, { recursive: true, force: true });
  process.disconnect?.();
}
