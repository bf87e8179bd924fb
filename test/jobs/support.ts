/** A job of a test's own: the real services, store and worker over real Azurite, and a pump in the place of the host. */
import assert from "node:assert/strict";
import { QueueServiceClient } from "@azure/storage-queue";
import type { Accepted } from "../../functions/accepted.ts";
import { chooseCredential } from "../../functions/choose.ts";
import type { ChosenCredential } from "../../functions/credentials/index.ts";
import type { JobKind } from "../../functions/jobs/kind.ts";
import { type NewItem, startJob } from "../../functions/jobs/start.ts";
import { createJobStore, queueName } from "../../functions/jobs/table-store.ts";
import { createWorker, type Worker, type WorkerTimes } from "../../functions/jobs/worker.ts";
import type { Scope, Services } from "../../functions/scope.ts";
import { openStorage } from "../../functions/storage/open-storage.ts";
import type { Storage } from "../../functions/storage/storage.ts";
import { startDeadline } from "../../functions/upstream/deadline.ts";
import { observe } from "../support/canary.ts";
import { type Relay, type RelayOptions, startRelay } from "../support/relay.ts";

/** Name of the operation that the jobs of a test say they were started by. */
export const operationId = "TestWork";

export interface JobRig {
  relay: Relay;
  services: Services;
  storage: Storage;
  /** What the workers logged. */
  log: string[];
  start(items: readonly NewItem[], id?: string): Promise<Accepted["facts"]>;
  /** Runs what a call would, with a credential chosen. */
  within<Value>(run: (scope: Scope, credential: ChosenCredential) => Promise<Value>): Promise<Value>;
  /** A worker; `services` in the place of the rig's own, such as those over a storage that breaks. */
  worker(times?: WorkerTimes, services?: Services): Worker;
  /** Services that keep their jobs in another storage. */
  over(storage: Storage): Services;
  /** Messages that are visible now, taken out of the queue. */
  take(visibilityTimeout?: number): Promise<{ text: string; done(): Promise<void> }[]>;
  /** Works off the queue until `until` says so, or else until no message is visible. @returns the number of messages. */
  pump(options?: { worker?: Worker; workers?: number; until?: () => Promise<boolean> }): Promise<number>;
  /** Everything that storage holds, as text: rows, blobs and messages. */
  contents(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface JobRigOptions extends RelayOptions {
  connectionString: string;
  /** What carries out the jobs that `start` starts; absent: only operations start jobs. */
  kind?: JobKind;
  /** Leaves what is in the queue, for a second rig over the same jobs. */
  keepMessages?: boolean;
}

/** Long enough for a step that does nothing, short enough to wait for its end. */
export const quickTimes: WorkerTimes = { stepMs: 1_000, leaseMs: 1_500 };

export async function startJobRig({
  connectionString,
  kind,
  keepMessages,
  ...options
}: JobRigOptions): Promise<JobRig> {
  const configuration = { kind: "connection-string", connectionString } as const;
  const relay = await startRelay({ ...options, storage: configuration });
  const storage = openStorage(configuration);
  const log: string[] = [];
  const over = (other: Storage): Services => ({
    ...relay.services,
    jobs: createJobStore(other, relay.services.runtime),
    ...(kind && { jobOperations: new Map([[operationId, { kind, credentials: ["adjust"] }]]) }),
  });
  const services = over(storage);
  const queue = QueueServiceClient.fromConnectionString(connectionString).getQueueClient(queueName);
  await queue.createIfNotExists();
  if (!keepMessages) await queue.clearMessages();

  async function take(visibilityTimeout = 30) {
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 8, visibilityTimeout });
    return receivedMessageItems.map(({ messageText, messageId, popReceipt }) => ({
      text: messageText,
      done: async () => void (await queue.deleteMessage(messageId, popReceipt)),
    }));
  }

  const rig: JobRig = {
    relay,
    services,
    storage,
    log,
    start: (items, id) =>
      rig.within(async (scope, credential) => {
        const facts = { credential, sealed: kind?.sealed, items, ...(id !== undefined && { id }) };
        return (await startJob(scope, facts)).facts;
      }),
    async within(run) {
      const deadline = startDeadline(services.runtime, 30_000);
      const scope: Scope = {
        ...services,
        operationId,
        credentialName: undefined,
        correlationId: "c".repeat(32),
        deadline,
        origin: "https://relay.test",
      };
      try {
        return await run(scope, await chooseCredential(scope, ["adjust"], undefined));
      } finally {
        deadline.clear();
      }
    },
    worker: (times = quickTimes, own = services) =>
      createWorker({
        services: own,
        times,
        log: (line) => {
          log.push(line);
          observe("a worker's log", line);
        },
      }),
    over,
    take,
    async pump({ worker = rig.worker(), workers = 4, until } = {}) {
      let count = 0;
      let busy = 0;
      let quiet = 0;
      const give = Date.now() + 40_000;
      const isOver = async () => (until ? until() : quiet >= 3);
      const work = async () => {
        while (!(await isOver())) {
          assert.ok(Date.now() < give, "The queue was not worked off in time.");
          const messages = await take();
          if (messages.length === 0) {
            if (busy === 0) quiet += 1;
            await services.runtime.sleep(60);
            continue;
          }
          busy += 1;
          quiet = 0;
          for (const { text, done } of messages) {
            count += 1;
            await worker.run(text);
            await done();
          }
          busy -= 1;
        }
      };
      await Promise.all(Array.from({ length: workers }, work));
      return count;
    },
    async contents() {
      return contentsOf(connectionString);
    },
    async [Symbol.asyncDispose]() {
      await relay.close();
    },
  };
  return rig;
}

/** Every row, blob and message of an account, as text. */
export async function contentsOf(connectionString: string): Promise<string> {
  const { TableServiceClient, TableClient } = await import("@azure/data-tables");
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const texts: string[] = [];
  const options = { allowInsecureConnection: true };
  for await (const { name } of TableServiceClient.fromConnectionString(
    connectionString,
    options,
  ).listTables()) {
    if (name === undefined) continue;
    const table = TableClient.fromConnectionString(connectionString, name, options);
    for await (const entity of table.listEntities()) texts.push(JSON.stringify(entity));
  }
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  for await (const { name } of blobs.listContainers()) {
    const container = blobs.getContainerClient(name);
    for await (const blob of container.listBlobsFlat()) {
      texts.push(blob.name, (await container.getBlobClient(blob.name).downloadToBuffer()).toString("utf8"));
    }
  }
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  for await (const { name } of queues.listQueues()) {
    const { peekedMessageItems } = await queues.getQueueClient(name).peekMessages({ numberOfMessages: 32 });
    for (const { messageText } of peekedMessageItems) texts.push(messageText);
  }
  return texts.join("\n");
}

/** `count` items that say their number. */
export function items(count: number): NewItem[] {
  return Array.from({ length: count }, (_, number) => ({
    about: { name: `item ${number}` },
    input: { number },
  }));
}

export type Row = Record<string, unknown>;

/** `count` apps as a table of Excel gives them: everything is text. */
export function launch(count: number): Row[] {
  return Array.from({ length: count }, (_, number) => {
    const ios = number % 2 === 0;
    const bundleId = `com.example.launch${number}`;
    return {
      name: `Launch ${number}`,
      bundleId,
      storeId: ios ? String(1_600_000_000 + number) : bundleId,
      platform: ios ? "iOS" : "Android",
      channelSetup: { facebook: { app_id: String(900_000 + number) } },
    };
  });
}
