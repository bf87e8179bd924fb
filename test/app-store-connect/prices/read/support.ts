/** Readers of prices over the simulator, with what they asked it. */
import { randomUUID } from "node:crypto";
import type { PricedApp, PricedProduct } from "../../../../functions/app-store-connect/prices/model.ts";
import {
  openPriceReader,
  type PriceReader,
} from "../../../../functions/app-store-connect/prices/read/index.ts";
import { systemRuntime } from "../../../../functions/runtime.ts";
import { startDeadline } from "../../../../functions/upstream/deadline.ts";
import { type ItemPricing, setItem } from "../../../../local/simulator/world/prices/state.ts";
import { type Relay, type RelayOptions, startRelay } from "../../../support/relay.ts";

export interface Reading {
  relay: Relay;
  /** A reader as a call or a step of a job opens one: what it shares with others is the process's. */
  open(credentialName?: string): Promise<PriceReader>;
  /** Says what is particular about an item's prices. */
  set(id: string, pricing: ItemPricing): void;
  /** Paths that were asked for since the last time, without queries. */
  asked(): string[];
  /** The same with their decoded queries. */
  urls(): URL[];
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startReading(options: RelayOptions = {}): Promise<Reading> {
  const relay = await startRelay({ unlimited: true, ...options });
  const deadlines: { clear(): void }[] = [];
  const urls = () =>
    relay.simulator.requests.splice(0).map(({ url }) => new URL(url, relay.simulator.urls.appStoreConnect));
  return {
    relay,
    async open(credentialName) {
      const deadline = startDeadline(systemRuntime, 60_000);
      deadlines.push(deadline);
      return openPriceReader({
        ...relay.services,
        operationId: "GetPrices",
        credentialName,
        correlationId: randomUUID().replaceAll("-", ""),
        deadline,
      });
    },
    set: (id, pricing) => setItem(relay.simulator.world.appStoreConnect.prices, id, pricing),
    asked: () => urls().map(({ pathname }) => pathname),
    urls,
    async [Symbol.asyncDispose]() {
      for (const deadline of deadlines) deadline.clear();
      await relay.close();
    },
  };
}

export const harborKings: PricedApp = {
  id: "1480000001",
  bundleId: "com.example.harborkings",
  name: "Harbor Kings",
};

/** An in-app purchase of Harbor Kings by its Apple ID, of which there are 240 from 6700000001 on. */
export function purchase(id: string): PricedProduct {
  return { kind: "in-app-purchase", id, app: harborKings, productId: `product.${id}`, name: id };
}

/** One of the in-app purchases by number, from 1. */
export const purchaseNumber = (number: number) => purchase(String(6_700_000_000 + number));

export function appItself(id: string): PricedProduct {
  return { kind: "app", id, app: { ...harborKings, id }, name: id };
}

/** Everything of a map, for comparing. */
export const entries = <Value>(map: ReadonlyMap<string, Value> | undefined) => Object.fromEntries(map ?? []);
