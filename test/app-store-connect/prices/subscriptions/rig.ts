/** Plans of subscriptions carried out over the simulator, step by step, as the work on a job's item does it. */
import type {
  Day,
  PriceChange,
  PricedProduct,
  PricePoint,
} from "../../../../functions/app-store-connect/prices/model.ts";
import {
  encodePointId,
  openPriceReader,
  readEqualizations,
  readSubscriptionPrices,
  type SubscriptionPrice,
} from "../../../../functions/app-store-connect/prices/read/index.ts";
import {
  applySubscription,
  type PlannedSubscription,
  planSubscription,
} from "../../../../functions/app-store-connect/prices/subscriptions/index.ts";
import { pacificDay } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import type { ItemEnd, ItemError, JobData } from "../../../../functions/jobs/item.ts";
import type { JobScope } from "../../../../functions/jobs/kind.ts";
import { settle } from "../../../../functions/jobs/settle.ts";
import type { Runtime } from "../../../../functions/runtime.ts";
import { startDeadline } from "../../../../functions/upstream/deadline.ts";
import { territories as all } from "../../../../local/simulator/world/territories.ts";
import { type Relay, startRelay } from "../../../support/relay.ts";

/** Noon in California, on a day without summer time. */
const noon = Date.UTC(2026, 11, 1, 20);
export const tomorrow: Day = "2026-12-02";

const app = { id: "1480000002", bundleId: "com.example.stillwater", name: "Stillwater: Meditation" };
/** Approved, with a price in every territory. */
export const yearly: PricedProduct = {
  kind: "subscription",
  id: "6730000001",
  app,
  productId: "yearly",
  name: "Yearly",
  state: "APPROVED",
};
/** Never approved, without a price. */
export const weekly: PricedProduct = {
  kind: "subscription",
  id: "6730000003",
  app,
  productId: "weekly",
  name: "Weekly",
  state: "READY_TO_SUBMIT",
};

/** How the work on an item ended. */
export interface Ended {
  status: ItemEnd;
  result: JobData | undefined;
  error: ItemError | undefined;
  /** Steps that were begun. */
  steps: number;
  /** Milliseconds of the waits between them. */
  waits: number[];
}

export interface Rig {
  relay: Relay;
  /** Moves the clock. */
  advance(ms: number): void;
  point(product: PricedProduct, territory: string, price: string): PricePoint;
  read(product: PricedProduct): Promise<SubscriptionPrice[]>;
  plan(product: PricedProduct, changes: readonly Omit<PriceChange, "index">[]): Promise<PlannedSubscription>;
  /**
   * Carries a plan out.
   *
   * @param loses whether the worker dies after a step, by its number from 1, before what came of it is recorded.
   */
  carryOut(
    product: PricedProduct,
    planned: PlannedSubscription,
    loses?: (step: number) => boolean | Promise<boolean>,
  ): Promise<Ended>;
  /** Writes that the simulator received since the last time: `POST USA`, `DELETE`, `PATCH 175`. */
  writes(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startRig(): Promise<Rig> {
  let skipped = 0;
  const runtime: Runtime = {
    now: () => noon + skipped,
    random: () => 0.5,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      skipped += ms;
    },
  };
  const relay = await startRelay({ unlimited: true, runtime, simulator: { runtime } });
  const { tables } = relay.simulator.world.appStoreConnect.prices;

  async function within<Value>(work: (scope: JobScope) => Promise<Value>): Promise<Value> {
    const deadline = startDeadline(runtime, 30_000);
    try {
      return await work({
        ...relay.services,
        operationId: "ApplyPricePlan",
        credentialName: undefined,
        correlationId: "c".repeat(32),
        deadline,
      });
    } finally {
      deadline.clear();
    }
  }

  return {
    relay,
    advance: (ms) => {
      skipped += ms;
    },
    point({ id }, territory, price) {
      const place = tables.placeOf(territory, price);
      if (place === undefined) throw new Error(`${territory} has no price ${price}.`);
      return { id: encodePointId({ s: id, t: territory, p: String(tables.code(territory, place)) }), price };
    },
    read: (product) => within(async (scope) => readSubscriptionPrices(await openPriceReader(scope), product)),
    plan: (product, changes) =>
      within(async (scope) => {
        const reader = await openPriceReader(scope);
        const prices = await readSubscriptionPrices(reader, product);
        const read = new Map<string, ReadonlyMap<string, PricePoint>>();
        for (;;) {
          const plan = planSubscription({
            prices,
            state: product.state,
            changes: changes.map((change, index) => ({ ...change, index })),
            today: pacificDay(runtime.now()),
            equalize: ({ id }, territory) => {
              const points = read.get(id);
              return points && (points.get(territory) ?? null);
            },
            territories: all.map(({ id }) => id),
          });
          // As it comes out of storage.
          if (plan.kind === "planned") return JSON.parse(JSON.stringify(plan));
          if (plan.kind === "rejected") throw new Error(plan.error.message);
          for (const point of plan.equalizations) {
            read.set(point.id, await readEqualizations(reader, product, point));
          }
        }
      }),
    async carryOut(product, planned, loses = () => false) {
      let memo: JobData | undefined;
      let repeated = false;
      let failures = 0;
      const waits: number[] = [];
      for (let steps = 1; steps < 200; steps += 1) {
        const step = { product, planned, memo, repeated };
        const [result, thrown] = await within((scope) => applySubscription(step, scope)).then(
          (value) => [value, undefined] as const,
          (error: unknown) => [undefined, error] as const,
        );
        if (await loses(steps)) {
          repeated = true;
          continue;
        }
        if (result?.kind === "end") {
          const { status, result: data, error } = result;
          return { status, result: data, error, steps, waits };
        }
        if (result) {
          memo = JSON.parse(JSON.stringify(result.memo));
          repeated = false;
          failures = 0;
          waits.push(result.waitMs);
          await runtime.sleep(result.waitMs);
          continue;
        }
        const verdict = settle({ thrown, failures, attempts: steps, repeated, random: 0.5 });
        if (verdict.kind === "end") {
          return { status: verdict.status, result: undefined, error: verdict.error, steps, waits };
        }
        repeated = verdict.mayBeApplied;
        failures += verdict.counts ? 1 : 0;
        waits.push(verdict.waitMs);
        await runtime.sleep(verdict.waitMs);
      }
      throw new Error("The item did not end.");
    },
    writes: () =>
      relay.simulator.requests.splice(0).flatMap(({ method, body }) => {
        if (method === "GET") return [];
        if (method === "DELETE") return ["DELETE"];
        const { data, included } = JSON.parse(body.toString("utf8"));
        return method === "PATCH"
          ? [`PATCH ${included.length}`]
          : [`POST ${data.relationships.territory.data.id}`];
      }),
    [Symbol.asyncDispose]: () => relay.close(),
  };
}
