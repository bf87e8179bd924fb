/** Price plans through their operations, and the workers of their jobs, on a clock that skips what they wait for. */
import assert from "node:assert/strict";
import { isOver, type Job } from "../../../../functions/jobs/job.ts";
import { queueName } from "../../../../functions/jobs/table-store.ts";
import { createWorker } from "../../../../functions/jobs/worker.ts";
import { type Runtime, systemRuntime } from "../../../../functions/runtime.ts";
import type { ManualPriceFacts } from "../../../../local/simulator/index.ts";
import {
  type ItemOverview,
  makeSchedule,
  priceOverview,
  setItem,
} from "../../../../local/simulator/index.ts";
import { createMemoryStorage } from "../../../../local/storage/memory.ts";
import { observe } from "../../../support/canary.ts";
import { type Answer, type Relay, type RelayOptions, startRelay } from "../../../support/relay.ts";

export const app = "com.example.harborkings";

/** Product ID of an in-app purchase of Harbor Kings whose number in the world is below 20. */
export const gems = (number: number) => `${app}.gems.${number}`;

/** Its Apple ID. */
export const gemsId = (number: number) => String(6_700_000_000 + number);

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member, and a wrong one fails the test.
export type Body = any;

export interface Prices {
  relay: Relay;
  now(): number;
  skip(ms: number): void;
  /** Calls an operation that has to answer so. @returns the body. */
  ask(operationId: string, input: Readonly<Record<string, unknown>>, status?: number): Promise<Body>;
  /** Starts a job by a call, works it off, and answers its result as `Location` gives it. */
  finish(operationId: string, input: Readonly<Record<string, unknown>>): Promise<Body>;
  /** Works the queue off with so many workers. `each` is given each message before it is run, and may copy it. */
  workOff(options?: {
    workers?: number;
    twice?: boolean;
    until?: (job: Job) => boolean;
    jobId?: string;
  }): Promise<void>;
  resultAt(location: string | undefined): Promise<Answer>;
  give(id: string, base: string, facts: readonly ManualPriceFacts[]): void;
  item(id: string): ItemOverview;
  /** Accepted writes of every product, by Apple ID. */
  writes(): Record<string, number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A claim of a worker that died holds for less. */
const invisibleMs = 10 * 60_000;

export async function startPrices(options: RelayOptions = {}): Promise<Prices> {
  let ahead = 0;
  const runtime: Runtime = { ...systemRuntime, now: () => Date.now() + ahead };
  const memory = createMemoryStorage(runtime.now);
  const relay = await startRelay({ unlimited: true, runtime, memory, simulator: { runtime }, ...options });
  const { services } = relay;
  const appStore = () => relay.simulator.world.appStoreConnect;
  const skip = (ms: number) => {
    ahead += ms;
  };

  const prices: Prices = {
    relay,
    now: runtime.now,
    skip,
    async ask(operationId, input, status = 200) {
      const answer = await relay.call(operationId, { input });
      assert.equal(answer.status, status, answer.text.slice(0, 2_000));
      return answer.json;
    },
    async finish(operationId, input) {
      const { status, headers, text } = await relay.call(operationId, { input });
      assert.equal(status, 202, text.slice(0, 2_000));
      await prices.workOff();
      const result = await prices.resultAt(headers.location);
      assert.equal(result.status, 200, result.text.slice(0, 2_000));
      return result.json;
    },
    async workOff({ workers = 2, twice = false, until, jobId } = {}) {
      const log = (line: string) => observe("a worker's log", line);
      const all = Array.from({ length: workers }, () => createWorker({ services, log }));
      for (;;) {
        if (until && jobId !== undefined) {
          const job = await services.jobs.read(jobId);
          if (job && until(job)) return;
        }
        const messages = memory.receive(queueName, invisibleMs, 2 * workers);
        if (messages.length === 0) {
          const next = memory.nextVisible(queueName);
          if (next === undefined) return;
          skip(next - runtime.now());
          continue;
        }
        await Promise.all(
          messages.map(async ({ text, done }, place) => {
            const one = all[place % workers]?.run(text);
            // The same message at the same moment, as the queue delivers at least once.
            const other = twice ? all[(place + 1) % workers]?.run(text) : undefined;
            await Promise.all([one, other]);
            done();
          }),
        );
      }
    },
    resultAt(location) {
      const url = new URL(location ?? "");
      const [, , , jobId = ""] = url.pathname.split("/");
      const token = url.searchParams.get("token") ?? "";
      return relay.call("GetJobResult", { input: { jobId, token } });
    },
    give(id, base, facts) {
      const { prices: state } = appStore();
      setItem(state, id, { schedule: makeSchedule(state, base, facts) });
    },
    item(id) {
      const { prices: state, resources } = appStore();
      return (
        priceOverview(state, resources).find((item) => item.id === id) ?? assert.fail(`There is no ${id}.`)
      );
    },
    writes: () => Object.fromEntries(appStore().prices.writes),
    [Symbol.asyncDispose]: () => relay.close(),
  };
  return prices;
}

/** Waits for a job that is under way, and answers it. */
export async function overJob({ relay }: Prices, jobId: string): Promise<Job> {
  const job = await relay.services.jobs.read(jobId);
  assert.ok(job && isOver(job));
  return job;
}
