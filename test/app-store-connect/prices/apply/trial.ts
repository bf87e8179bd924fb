/**
 * Plans that are applied on a clock that jumps: the real operations, store, worker and upstream client over storage in
 * memory and the simulator's App Store Connect, so that each call of either can be the one at which a worker is killed.
 */
import assert from "node:assert/strict";
import { catalogue } from "../../../../functions/catalogue.ts";
import { createHandler } from "../../../../functions/http/handler.ts";
import { type Job, type JobItem, pendingOf } from "../../../../functions/jobs/job.ts";
import { createJobStore, queueName } from "../../../../functions/jobs/table-store.ts";
import { createWorker, type Worker } from "../../../../functions/jobs/worker.ts";
import type { Services } from "../../../../functions/scope.ts";
import { createServices } from "../../../../functions/services.ts";
import type { Storage } from "../../../../functions/storage/storage.ts";
import { createPacer } from "../../../../functions/upstream/budget.ts";
import type { Client } from "../../../../functions/upstream/client.ts";
import { createUpstream } from "../../../../functions/upstream/upstream.ts";
import { createMemoryStorage, type MemoryMessage } from "../../../../local/storage/memory.ts";
import { Killed } from "../../../jobs/simulation.ts";
import { type Relay, toRequest } from "../../../support/relay.ts";
import { type SimulatedApple, startApple } from "./apple.ts";

/** Noon in California: no trial is long enough to see another day. */
export const noon = Date.UTC(2026, 2, 3, 20);

/** How long a message is invisible once it is received; a killed worker's comes back after that, as with the local host. */
const invisibleMs = 15_000;

/** Far more messages than any of these jobs needs: a job that goes round in circles is found. */
const maxMessages = 2_000;

/** What stands between a process and the world. */
export interface Way {
  storage?: Storage;
  client?: Client;
}

export interface Trial {
  time: { now(): number; advance(ms: number): void };
  storage: ReturnType<typeof createMemoryStorage>;
  apple: SimulatedApple;
  /** Calls an operation by its handler. @returns the body of a 200 or 202. */
  call(operationId: string, input: Readonly<Record<string, unknown>>): Promise<ReturnType<typeof Object>>;
  /** Plans changes and starts the job that applies them; its items have messages then. */
  apply(changes: readonly Readonly<Record<string, unknown>>[]): Promise<{ plan: Plan; jobId: string }>;
  /** A worker of a process of its own, which knows nothing that another one knew. */
  worker(way?: Way): Worker;
  /**
   * Gives a worker the next message, or what is chosen of those that are visible, moving the clock to when it is.
   *
   * @returns false when there is none. @throws Killed
   */
  next(worker: Worker, choose?: (messages: MemoryMessage[]) => MemoryMessage[]): Promise<boolean>;
  /** Works off all messages. @throws Killed */
  workOff(worker?: Worker): Promise<void>;
  /** The same by a process that may be killed. @returns whether it was. */
  workUntilKilled(way: Way): Promise<boolean>;
  job(id: string): Promise<Job>;
  items(id: string): Promise<JobItem[]>;
}

export interface Plan {
  planId: string;
  items: readonly {
    status: string;
    app: { id?: string };
    product: { id?: string } | null;
    before: readonly PlannedPrice[];
    after: readonly PlannedPrice[];
  }[];
}

export interface PlannedPrice {
  territory: string;
  price: string;
  startDate: string | null;
  endDate: string | null;
}

/** @param relay for its vault and its keys. */
export function startTrial(relay: Relay, start = noon): Trial {
  let at = start;
  const time = {
    now: () => at,
    advance(ms: number) {
      at += ms;
    },
  };
  const runtime = {
    ...time,
    random: () => 0.5,
    async sleep(ms: number) {
      at += ms;
    },
  };
  const storage = createMemoryStorage(runtime.now);
  const apple = startApple(relay.demo.keys, runtime.now);
  const { configuration } = relay.services;

  function services({ storage: own = storage, client = apple.client }: Way = {}): Services {
    return {
      ...createServices(configuration, runtime),
      upstream: createUpstream({
        client,
        runtime,
        origins: configuration.origins,
        pacer: createPacer(runtime, configuration.interactiveShare),
      }),
      jobs: createJobStore(own, runtime),
    };
  }

  const own = services();

  async function call(operationId: string, input: Readonly<Record<string, unknown>>) {
    const operation = catalogue.find(({ id }) => id === operationId) ?? assert.fail(operationId);
    const handler = createHandler(operation, { services: own, log: () => {} });
    const { status = 200, body } = await handler(toRequest(operation, { input }));
    assert.ok(status === 200 || status === 202, `${operationId} answered ${status}: ${String(body)}`);
    return Object(JSON.parse(String(body)));
  }

  const trial: Trial = {
    time,
    storage,
    apple,
    call,
    async apply(changes) {
      const plan: Plan = await call("PlanPriceChanges", { changes });
      const { jobId } = await call("ApplyPricePlan", { planId: plan.planId });
      await trial.next(trial.worker());
      apple.calls.length = 0;
      return { plan, jobId };
    },
    worker: (way) => createWorker({ services: services(way), log: () => {} }),
    async next(worker, choose = (messages) => messages.slice(0, 1)) {
      const visibleAt = storage.nextVisible(queueName);
      if (visibleAt === undefined) return false;
      at = Math.max(at, visibleAt);
      for (const message of choose(storage.receive(queueName, invisibleMs, 32))) {
        try {
          await worker.run(message.text, message.dequeueCount);
        } catch (error) {
          if (error instanceof Killed) throw error;
          // The host brings it again.
          continue;
        }
        message.done();
      }
      return true;
    },
    async workOff(worker = trial.worker()) {
      for (let count = 0; count < maxMessages; count += 1) if (!(await trial.next(worker))) return;
      assert.fail("The job does not come to an end.");
    },
    async workUntilKilled(way) {
      try {
        await trial.workOff(trial.worker(way));
        return false;
      } catch (error) {
        assert.ok(error instanceof Killed, String(error));
        return true;
      }
    },
    job: async (id) => (await own.jobs.read(id)) ?? assert.fail("There is no job."),
    items: async (id) => (await own.jobs.items(id, { limit: 1_000 })).value,
  };
  return trial;
}

/** Prices of a schedule, sorted, for comparing. */
export function inOrder(prices: readonly PlannedPrice[]): PlannedPrice[] {
  const key = ({ territory, startDate }: PlannedPrice) => `${territory} ${startDate ?? ""}`;
  return prices
    .map(({ territory, price, startDate, endDate }) => ({ territory, price, startDate, endDate }))
    .toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** The job is over, its counts are those of its rows, and every item ended like that. */
export async function assertEnded(
  trial: Trial,
  jobId: string,
  ends: readonly string[],
  label: string,
): Promise<void> {
  const job = await trial.job(jobId);
  const rows = await trial.items(jobId);
  assert.equal(job.status, "completed", label);
  assert.deepEqual(
    rows.map(({ status }) => status),
    ends,
    `${label} ${JSON.stringify(rows.map(({ error }) => error))}`,
  );
  assert.equal(pendingOf(job), 0, label);
  for (const end of new Set(ends)) {
    const count = ends.filter((other) => other === end).length;
    assert.equal(job.counts[end as keyof Job["counts"]], count, `${label}, ${end}`);
  }
  const total = Object.values(job.counts).reduce((sum, count) => sum + count, 0);
  assert.equal(total, rows.length, label);
}

/** A way on which something happens at each call. */
export function between(trial: Trial, at: <Value>(work: () => Promise<Value>) => Promise<Value>): Way {
  const { storage, apple } = trial;
  return {
    client: (attempt) => at(() => apple.client(attempt)),
    storage: {
      table(name) {
        const table = storage.table(name);
        return {
          read: (...args) => at(() => table.read(...args)),
          insert: (...args) => at(() => table.insert(...args)),
          replace: (...args) => at(() => table.replace(...args)),
          transact: (...args) => at(() => table.transact(...args)),
          page: (...args) => at(() => table.page(...args)),
          remove: (...args) => at(() => table.remove(...args)),
        };
      },
      queue: (name) => ({ send: (...args) => at(() => storage.queue(name).send(...args)) }),
      blobs: (name) => storage.blobs(name),
    },
  };
}
