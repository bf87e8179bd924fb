import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startAzurite } from "../../azurite/index.ts";
import { bundle } from "../../scripts/bundle.ts";
import type { PriceSaleFacts, PriceSaleResult } from "../processes/price-sale.ts";

/** A sale that was played, with what it was played with. */
export interface PlayedSale {
  facts: PriceSaleFacts;
  result: PriceSaleResult;
}

/** What sales of prices take. */
export interface PriceSales {
  simulated: readonly PlayedSale[];
  /** The same sale of 100 products over storage in memory and over Azurite. */
  account: PlayedSale;
}

const root = path.resolve(import.meta.dirname, "../../..");

/** About what a call to App Store Connect takes, measured from Europe. */
const latencyMs = 300;
const interactiveShare = 15;

const simulated = { clock: "simulated", latencyMs, interactiveShare } as const;

/** Sizes of the sale; each with prices for the base alone, and with prices of three further territories. */
const sizes = [10, 100, 1_000, 10_000];
const territories = [1, 4];

const sized = (most: number): PriceSaleFacts[] =>
  sizes.map((products) => ({ ...simulated, products, territories: most, instances: 1 }));

/** Sales with as many instances as a busy app has, for the budget that they share. */
const shared = territories.map(
  (most): PriceSaleFacts => ({ ...simulated, products: 1_000, territories: most, instances: 4 }),
);

/** @param said is told of each sale before it is played. */
export async function measurePrices(said: (name: string) => void): Promise<PriceSales> {
  const folder = await mkdtemp(path.join(tmpdir(), "relay-bench-"));
  try {
    await writeFile(path.join(folder, "package.json"), '{ "type": "module" }\n');
    const [sale, world] = await Promise.all([script(folder, "price-sale"), script(folder, "price-world")]);
    const play = async (facts: PriceSaleFacts, name: string): Promise<PlayedSale> => {
      said(`sale of ${facts.products} products ${name}`);
      return { facts, result: await playedBy(sale, [world, JSON.stringify(facts)]) };
    };
    const playAll = async (sales: readonly PriceSaleFacts[]) => {
      const played: PlayedSale[] = [];
      for (const facts of sales) played.push(await play(facts, `in ${facts.territories} territories`));
      return played;
    };
    // Two at a time: each waits for the other of its two processes most of the time.
    const played = await Promise.all(territories.map((most) => playAll(sized(most))));
    played.push(await playAll(shared));
    const azurite = await startAzurite({});
    try {
      const { connectionString } = azurite;
      const facts = { clock: "real", latencyMs: 20, interactiveShare, connectionString } as const;
      const account = await play({ ...facts, products: 100, territories: 1, instances: 1 }, "over Azurite");
      return { simulated: played.flat(), account };
    } finally {
      await azurite.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function script(folder: string, name: string): Promise<string> {
  const outdir = path.join(folder, name);
  await bundle({ entry: path.join(root, `local/bench/processes/${name}.ts`), outdir });
  return path.join(outdir, "index.js");
}

/** @throws Error when the process ends without a result. */
async function playedBy(entry: string, args: readonly string[]): Promise<PriceSaleResult> {
  const child = fork(entry, [...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    serialization: "advanced",
    // A process that serves more calls lets its young generation grow, whatever they are; what is measured is held.
    execArgv: ["--expose-gc", "--max-semi-space-size=1", "--enable-source-maps"],
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`A process of the benchmark ended (${code}).`);
  });
  ended.catch(() => undefined);
  const [result] = await Promise.race([once(child, "message"), ended]);
  return result as PriceSaleResult;
}
