/** Jobs on a clock that jumps: the real store and worker over storage in memory, and an upstream that counts. */
import assert from "node:assert/strict";
import { publicOrigins } from "../../functions/configuration.ts";
import { createCredentials, openVault } from "../../functions/credentials/index.ts";
import { newJobId } from "../../functions/jobs/id.ts";
import { itemEnds } from "../../functions/jobs/item.ts";
import type { Job, JobItem } from "../../functions/jobs/job.ts";
import type { JobKind } from "../../functions/jobs/kind.ts";
import { createJobStore, queueName } from "../../functions/jobs/table-store.ts";
import { createWorker } from "../../functions/jobs/worker.ts";
import type { Runtime } from "../../functions/runtime.ts";
import type { Services } from "../../functions/scope.ts";
import type { Storage } from "../../functions/storage/storage.ts";
import { newToken } from "../../functions/storage/token.ts";
import { createPacer } from "../../functions/upstream/budget.ts";
import { createUpstream } from "../../functions/upstream/upstream.ts";
import { createMemoryStorage, type MemoryMessage } from "../../local/storage/memory.ts";

/** Thrown in the place of a process that is killed: nothing runs after it. */
export class Killed extends Error {}

/**
 * Where storage breaks: each call is counted. `before` one nothing is done, `after` one its answer is lost. `twice`: its
 * answer is lost too, but the SDK sends it again, and the second answer is that of a write that came too late.
 */
export interface Break {
  call: number;
  at: "before" | "after" | "twice";
  /** Every later call fails as well: the process is dead. Otherwise only this one does. */
  forever: boolean;
  error: () => Error;
}

/** The same storage, breaking. `calls` counts. What else goes `through` is counted with it, and breaks in its own way. */
export function breaking(storage: Storage, { call, at, forever, error }: Break) {
  const counted = { calls: 0, broke: false };
  async function through<Value>(work: () => Promise<Value>, otherError = error): Promise<Value> {
    counted.calls += 1;
    if (counted.calls !== call && !(forever && counted.broke)) return work();
    const first = !counted.broke;
    counted.broke = true;
    if (first && at !== "before") await work();
    if (at === "twice") return work();
    throw otherError();
  }
  const broken: Storage = {
    table(name) {
      const table = storage.table(name);
      return {
        read: (...args) => through(() => table.read(...args)),
        insert: (...args) => through(() => table.insert(...args)),
        replace: (...args) => through(() => table.replace(...args)),
        transact: (...args) => through(() => table.transact(...args)),
        page: (...args) => through(() => table.page(...args)),
        remove: (...args) => through(() => table.remove(...args)),
      };
    },
    queue: (name) => ({ send: (...args) => through(() => storage.queue(name).send(...args)) }),
    blobs(container) {
      const blobs = storage.blobs(container);
      return {
        write: (...args) => through(() => blobs.write(...args)),
        read: (...args) => through(() => blobs.read(...args)),
        remove: (...args) => through(() => blobs.remove(...args)),
      };
    },
  };
  return { storage: broken, counted, through };
}

/** An upstream with one resource an item, that can be looked at. */
export interface Upstream {
  /** Writes that arrived, by item. */
  writes: Map<number, number>;
  kind: JobKind;
}

/**
 * Items that are written in one step and awaited in another. A step that may have been carried out looks first, as
 * every kind must.
 */
export function countingUpstream(): Upstream {
  const writes = new Map<number, number>();
  return {
    writes,
    kind: {
      async step({ input, memo, repeated }) {
        const number = Number(Object(input).number);
        if (memo) return { kind: "end", status: "applied", result: { number } };
        if (!(repeated && writes.has(number))) writes.set(number, (writes.get(number) ?? 0) + 1);
        return { kind: "later", waitMs: 3_000, memo: { written: true } };
      },
    },
  };
}

export interface Simulation {
  storage: ReturnType<typeof createMemoryStorage>;
  runtime: Runtime & { advance(ms: number): void };
  services(storage?: Storage): Services;
  start(total: number): Promise<string>;
  /** Gives the next message to a worker, moving the clock to when it is visible. @returns false when there is none. */
  next(services: Services, choose?: (messages: MemoryMessage[]) => MemoryMessage[]): Promise<boolean>;
  job(id: string): Promise<Job>;
  items(id: string): Promise<JobItem[]>;
}

const configuration: Services["configuration"] = {
  vault: { kind: "folder", path: "nowhere" },
  origins: publicOrigins,
  publicOrigin: undefined,
  storage: undefined,
  appleRoots: new Set(),
  interactiveShare: 15,
  events: { retentionDays: 90, backfillHours: 24, callbackHosts: [] },
  prices: { maxItems: 10_000, maxChangePercent: undefined },
};

/** How long a message is invisible once it is received; a killed worker's comes back after that. */
const invisibleMs = 20_000;

export function simulate(kind: JobKind): Simulation {
  let time = Date.UTC(2026, 0, 31);
  const runtime = {
    now: () => time,
    random: () => 0.5,
    async sleep(ms: number) {
      time += ms;
    },
    advance(ms: number) {
      time += ms;
    },
  };
  const storage = createMemoryStorage(runtime.now);
  const services = (own: Storage = storage): Services => {
    const some: Pick<
      Services,
      "runtime" | "jobs" | "jobOperations" | "upstream" | "credentials" | "configuration"
    > = {
      configuration,
      runtime,
      credentials: createCredentials({ vault: openVault({ kind: "folder", path: "nowhere" }), runtime }),
      upstream: createUpstream({
        client: () => assert.fail("Nothing goes upstream here."),
        runtime,
        origins: publicOrigins,
        pacer: createPacer(runtime),
      }),
      jobs: createJobStore(own, runtime),
      jobOperations: new Map([["TestWork", { kind, credentials: [] }]]),
    };
    // The worker hands the rest on to steps; those here look at none of it.
    return some as Services;
  };
  const own = services();
  return {
    storage,
    runtime,
    services,
    async start(total) {
      const id = newJobId(time);
      await own.jobs.create(
        {
          id,
          operation: "TestWork",
          credential: undefined,
          correlationId: "c",
          status: "queued",
          createdAt: new Date(time).toISOString(),
          startedAt: undefined,
          endedAt: undefined,
          cancelRequestedAt: undefined,
          total,
          fannedOut: 0,
          counts: Object.fromEntries(itemEnds.map((end) => [end, 0])) as Job["counts"],
          tokenHash: newToken().hash,
          error: undefined,
        },
        Array.from({ length: total }, (_, number) => ({
          about: { number },
          input: JSON.stringify({ number }),
        })),
      );
      return id;
    },
    async next(given, choose = (messages) => messages.slice(0, 1)) {
      const at = storage.nextVisible(queueName);
      if (at === undefined) return false;
      if (at > time) time = at;
      const worker = createWorker({ services: given, log: () => {} });
      const visible = storage.receive(queueName, invisibleMs, 32);
      const chosen = choose(visible);
      for (const message of visible) if (!chosen.includes(message)) message.putBack();
      for (const message of chosen) {
        // As the Functions host does: what was received too often is given up without being run once more.
        if (message.dequeueCount > 5) {
          await createWorker({ services: own, log: () => {} }).giveUp(message.text);
          message.done();
          continue;
        }
        try {
          await worker.run(message.text, message.dequeueCount);
        } catch (error) {
          if (error instanceof Killed) throw error;
          // The host makes it visible again; after five times it is poison.
          if (message.dequeueCount >= 5) {
            await worker.giveUp(message.text);
            message.done();
          }
          continue;
        }
        message.done();
      }
      return true;
    },
    job: async (id) => (await own.jobs.read(id)) ?? assert.fail("There is no job."),
    items: async (id) => (await own.jobs.items(id, { limit: 1_000 })).value,
  };
}
