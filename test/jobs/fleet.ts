/** Several instances at one queue on a clock of their own, and a service that counts calls as strictly as any could. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { publicOrigins } from "../../functions/configuration.ts";
import { type ChosenCredential, createCredentials, openVault } from "../../functions/credentials/index.ts";
import { newJobId } from "../../functions/jobs/id.ts";
import { itemEnds } from "../../functions/jobs/item.ts";
import { isOver, type Job, type JobItem } from "../../functions/jobs/job.ts";
import type { JobKind } from "../../functions/jobs/kind.ts";
import { createJobStore, queueName } from "../../functions/jobs/table-store.ts";
import { createWorker } from "../../functions/jobs/worker.ts";
import type { Services } from "../../functions/scope.ts";
import { newToken } from "../../functions/storage/token.ts";
import { createPacer } from "../../functions/upstream/budget.ts";
import type { Client } from "../../functions/upstream/client.ts";
import { createUpstream } from "../../functions/upstream/upstream.ts";
import { createMemoryStorage } from "../../local/storage/memory.ts";
import type { VirtualTime } from "../support/virtual-time.ts";

export const hour = 3_600_000;
const minute = 60_000;

/** Apple's hour, and the minute that some of its endpoints have. */
export const hourLimit = 3_500;
const minuteLimit = 250;

const latencyMs = 300;

/** Calls that were let through, and how little was left at worst. */
export interface Meter {
  calls: number[];
  refused: number;
  leastLeft: number;
}

/** A service with windows that roll to the millisecond. Calls to one path count against its minute too. */
export function strictService(time: VirtualTime): { client: Client; meter: Meter } {
  const meter: Meter = { calls: [], refused: 0, leastLeft: hourLimit };
  const windows = new Map<string, number[]>();
  const leftOf = (name: string, limit: number, windowMs: number) => {
    const calls = windows.get(name) ?? [];
    windows.set(name, calls);
    while (calls[0] !== undefined && calls[0] <= time.now() - windowMs) calls.shift();
    return { left: limit - calls.length, calls };
  };
  return {
    meter,
    async client({ method, url }) {
      await time.sleep(latencyMs / 2);
      const inHour = leftOf("hour", hourLimit, hour);
      const inMinute = leftOf(`${method} ${new URL(url).pathname}`, minuteLimit, minute);
      const allowed = inHour.left > 0 && inMinute.left > 0;
      if (allowed) {
        inHour.calls.push(time.now());
        inMinute.calls.push(time.now());
        meter.calls.push(time.now());
        meter.leastLeft = Math.min(meter.leastLeft, inHour.left - 1);
      } else meter.refused += 1;
      const spent = allowed ? 1 : 0;
      await time.sleep(latencyMs / 2);
      const rate = `user-hour-lim:${hourLimit};user-hour-rem:${inHour.left - spent};user-minute-lim:${minuteLimit};user-minute-rem:${inMinute.left - spent};`;
      return { status: allowed ? 200 : 429, headers: { "x-rate-limit": rate }, body: Readable.from([]) };
    },
  };
}

export const credential: ChosenCredential = {
  credential: {
    name: "team",
    kind: "app-store-connect-team",
    version: "1",
    bundleIds: [],
    appAppleIds: [],
    isDefault: true,
    held: "secret",
  },
  authorization: async () => "Bearer x",
  refused: () => undefined,
  deriveKey: async () => assert.fail("Nothing is sealed."),
  sharedSecret: async () => assert.fail("Nothing is shared."),
  isSecret: async () => assert.fail("Nothing comes in."),
  mac: async () => assert.fail("Nothing comes in."),
  hide: () => undefined,
  redact: (text) => text,
};

export interface FleetResult {
  job: Job;
  items: JobItem[];
  startedAt: number;
  /** Messages that were taken from the queue. */
  messages: number;
}

/** host.json: messages taken at once, and when the next ones are. */
const batchSize = 16;
const newBatchThreshold = 8;

/** Runs a job of `total` items on so many instances until it is over. */
export async function runFleet(facts: {
  time: VirtualTime;
  kind: JobKind;
  client: Client;
  instances: number;
  total: number;
  interactiveShare: number;
}): Promise<FleetResult> {
  const { time, kind, client, instances, total, interactiveShare } = facts;
  const storage = createMemoryStorage(time.now);
  const jobs = createJobStore(storage, time);
  const startedAt = time.now();
  const id = newJobId(startedAt);
  await jobs.create(
    {
      id,
      operation: "TestWork",
      credential: credential.credential.name,
      correlationId: "c",
      status: "queued",
      createdAt: new Date(startedAt).toISOString(),
      startedAt: undefined,
      endedAt: undefined,
      cancelRequestedAt: undefined,
      total,
      fannedOut: 0,
      counts: Object.fromEntries(itemEnds.map((end) => [end, 0])) as Job["counts"],
      tokenHash: newToken().hash,
      error: undefined,
    },
    Array.from({ length: total }, (_, number) => ({ about: { number }, input: JSON.stringify({ number }) })),
  );
  let messages = 0;
  let isEnded = false;

  async function instance(): Promise<void> {
    const some: Pick<Services, "runtime" | "jobs" | "jobOperations" | "upstream" | "credentials"> = {
      runtime: time,
      jobs,
      credentials: createCredentials({
        vault: openVault({ kind: "folder", path: "nowhere" }),
        runtime: time,
      }),
      jobOperations: new Map([["TestWork", { kind, credentials: ["app-store-connect-team"] }]]),
      upstream: createUpstream({
        client,
        runtime: time,
        origins: publicOrigins,
        pacer: createPacer(time, interactiveShare),
      }),
    };
    const worker = createWorker({ services: some as Services, log: () => {} });
    let running = 0;
    while (!isEnded) {
      const batch = running <= newBatchThreshold ? storage.receive(queueName, 15 * minute, batchSize) : [];
      messages += batch.length;
      for (const message of batch) {
        running += 1;
        void worker.run(message.text).then(() => {
          running -= 1;
          message.done();
        });
      }
      const job = await jobs.read(id);
      isEnded ||= job !== undefined && isOver(job);
      await time.sleep(batch.length > 0 ? 200 : 2_000);
    }
  }

  await Promise.all(Array.from({ length: instances }, instance));
  const job = (await jobs.read(id)) ?? assert.fail("There is no job.");
  const { value: items } = await jobs.items(id, { limit: 100_000 });
  return { job, items, startedAt, messages };
}
