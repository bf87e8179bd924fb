/** Steps of applying over the simulator, one after the other as the worker of jobs runs them, on a clock that skips waits. */

import { applySchedule } from "../../../../functions/app-store-connect/prices/apply/apply-schedule.ts";
import type { PricedProduct } from "../../../../functions/app-store-connect/prices/model.ts";
import {
  type StoredPlan,
  toSchedule,
} from "../../../../functions/app-store-connect/prices/plan/stored-plan.ts";
import { pacificDay } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import type { ItemError, JobData } from "../../../../functions/jobs/item.ts";
import { settle } from "../../../../functions/jobs/settle.ts";
import { type Runtime, systemRuntime } from "../../../../functions/runtime.ts";
import { startDeadline } from "../../../../functions/upstream/deadline.ts";
import { type ItemOverview, priceOverview } from "../../../../local/simulator/index.ts";
import { type ChangeFacts, planOf } from "../plan/support.ts";
import { type Reading, startReading } from "../read/support.ts";

export interface Outcome {
  status: string;
  error: ItemError | undefined;
  /** Steps that were not the last: the phase that is waited in, or the code of what was thrown. */
  waits: string[];
  /** Milliseconds waited between the steps. */
  waitedMs: number;
}

export interface ApplyFacts {
  /** Of one step. */
  stepMs?: number;
  /** The first step was begun before, and nobody knows its end. */
  crashedBefore?: boolean;
  /** Called before each step, with the number of those before it. */
  beforeStep?(step: number): void;
  /** Whether the worker dies after a step, before what it found is recorded. */
  crashesAfter?(step: number): boolean;
}

export interface Applying {
  reading: Reading;
  now(): number;
  /** Puts the clocks of the relay and of Apple forward. */
  skip(ms: number): void;
  plan(product: PricedProduct, changes: readonly ChangeFacts[]): Promise<StoredPlan>;
  apply(stored: StoredPlan, facts?: ApplyFacts): Promise<Outcome>;
  /** Method and end of the path of each call since the last time. */
  calls(): string[];
  /** What Apple has now. */
  item(product: PricedProduct): ItemOverview;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Steps of one item at most: those of an hour of faults. */
const maxSteps = 60;

export async function startApplying(startAt = Date.now()): Promise<Applying> {
  let ahead = startAt - Date.now();
  const runtime: Runtime = { ...systemRuntime, now: () => Date.now() + ahead };
  const reading = await startReading({ runtime, simulator: { runtime } });
  const { relay } = reading;
  const skip = (ms: number) => {
    ahead += ms;
  };

  async function step(
    stored: StoredPlan,
    given: { memo: JobData | undefined; repeated: boolean },
    stepMs: number,
  ) {
    const { product, plan } = stored;
    if (!product) throw new Error("The plan has no product.");
    const deadline = startDeadline(runtime, stepMs);
    const { baseTerritory = "" } = plan;
    const [before, after] = [toSchedule(baseTerritory, plan.before), toSchedule(baseTerritory, plan.after)];
    const { services } = relay;
    const scope = {
      ...services,
      upstream: services.upstream.background(),
      operationId: "ApplyPricePlan",
      credentialName: undefined,
      correlationId: "0".repeat(32),
      deadline,
    };
    try {
      return await applySchedule({ product, before, after }, given, scope);
    } catch (thrown) {
      return { kind: "threw" as const, thrown };
    } finally {
      deadline.clear();
    }
  }

  return {
    reading,
    now: runtime.now,
    skip,
    plan: (product, changes) => planOf(reading, product, changes, { today: pacificDay(runtime.now()) }),
    async apply(stored, { stepMs = 18_000, crashedBefore = false, beforeStep, crashesAfter } = {}) {
      const waits: string[] = [];
      let [memo, repeated, failures, waitedMs] = [undefined as JobData | undefined, crashedBefore, 0, 0];
      const wait = (ms: number, why: string) => {
        waits.push(why);
        waitedMs += ms;
        skip(ms);
      };
      for (let count = 0; count < maxSteps; count += 1) {
        beforeStep?.(count);
        const outcome = await step(stored, { memo, repeated }, stepMs);
        if (crashesAfter?.(count)) {
          // Its claim holds until after the step, then somebody else goes on from what was recorded last.
          wait(stepMs + 15_000, "crashed");
          repeated = true;
          continue;
        }
        if (outcome.kind === "end") return { status: outcome.status, error: outcome.error, waits, waitedMs };
        if (outcome.kind === "later") {
          [memo, repeated, failures] = [outcome.memo, false, 0];
          wait(outcome.waitMs, String(outcome.memo.phase));
          continue;
        }
        const { thrown } = outcome;
        const verdict = settle({ thrown, failures, attempts: count + 1, repeated, random: 0.5 });
        if (verdict.kind === "end") return { status: verdict.status, error: verdict.error, waits, waitedMs };
        repeated = verdict.mayBeApplied;
        failures += verdict.counts ? 1 : 0;
        wait(
          verdict.waitMs,
          thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown),
        );
      }
      throw new Error(`No end after ${maxSteps} steps: ${waits.join(", ")}`);
    },
    calls: () =>
      relay.simulator.requests.splice(0).map(({ method, url }) => {
        const { pathname } = new URL(url, relay.simulator.urls.appStoreConnect);
        return `${method} ${pathname.split("/").at(-1)}`;
      }),
    item({ id }) {
      const { prices, resources } = relay.simulator.world.appStoreConnect;
      const found = priceOverview(prices, resources).find((item) => item.id === id);
      if (!found) throw new Error(`There is no item ${id}.`);
      return found;
    },
    [Symbol.asyncDispose]: () => reading[Symbol.asyncDispose](),
  };
}
