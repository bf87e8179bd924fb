import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { addProducts, makeDemoKeys, makeSchedule, setItem, startSimulator } from "../../simulator/index.ts";
import { createMemoryStorage } from "../../storage/memory.ts";
import { answerLink } from "../prices/link.ts";
import { createMeter, type Metered } from "../prices/meter.ts";
import { storageAnswers } from "../prices/storage.ts";
import type { PriceSaleFacts } from "./price-sale.ts";

/**
 * What is outside of the relay while a sale is played: App Store Connect with products to sell, and storage. A process
 * of its own, so that what they hold is not counted as the relay's memory.
 */

/** What a sale has come to at App Store Connect. */
export interface WorldReport extends Metered {
  /** Products that were written once, and oftener. */
  writtenOnce: number;
  writtenOftener: number;
}

const app = { id: "1480000001", bundleId: "com.example.harborkings" };

/** Prices of their own that products have in the second kind of sale, beside those of the base. */
const others = [
  { territory: "GBR", price: "3.99" },
  { territory: "JPN", price: "298" },
  { territory: "BRA", price: "9.95" },
];

/** Calls of an hour that Apple allows a key, and those of them that jobs may make. */
const hourLimit = 3_500;

const [folder = "", text = "{}"] = process.argv.slice(2);
const { products, territories, clock, interactiveShare }: PriceSaleFacts = JSON.parse(text);
let time = Date.now();
const now = clock === "simulated" ? () => time : Date.now;

const vault = path.join(folder, "vault");
await mkdir(vault);
const demo = makeDemoKeys();
for (const [name, document] of Object.entries(demo.vault)) {
  await writeFile(path.join(vault, `${name}.json`), JSON.stringify(document), { mode: 0o600 });
}
const meter = createMeter(hourLimit - Math.floor((hourLimit * interactiveShare) / 100));
const simulator = await startSimulator({
  keys: demo.keys,
  now,
  keepRequests: 0,
  log: ({ service, method, path: called, status }) => {
    if (service === "appStoreConnect") meter.count({ method, path: called, status }, now());
  },
});
const { resources, prices } = simulator.world.appStoreConnect;
const ids = addProducts(resources, app.id, products);
if (territories > 1) {
  for (const id of ids) {
    const base = { territory: "USA", price: "4.99" };
    setItem(prices, id, {
      schedule: makeSchedule(prices, "USA", [base, ...others.slice(0, territories - 1)]),
    });
  }
}

answerLink(
  { vault, origin: simulator.urls.appStoreConnect, now: String(time) },
  {
    ...storageAnswers(createMemoryStorage(now)),
    clock(at: number) {
      time = at;
    },
    products: () =>
      ids.map((id) => ({
        app: app.bundleId,
        product: String(resources.get("inAppPurchases", id)?.attributes.productId),
      })),
    report(): WorldReport {
      const writes = ids.map((id) => prices.writes.get(id) ?? 0);
      return {
        ...meter.read(),
        writtenOnce: writes.filter((count) => count === 1).length,
        writtenOftener: writes.filter((count) => count > 1).length,
      };
    },
  },
);
