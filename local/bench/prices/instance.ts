import { Readable } from "node:stream";
import type { Configuration } from "../../../functions/configuration.ts";
import { createSlots, slowAtOnce } from "../../../functions/jobs/slots.ts";
import { createJobStore, queueName } from "../../../functions/jobs/table-store.ts";
import { createWorker } from "../../../functions/jobs/worker.ts";
import type { Runtime } from "../../../functions/runtime.ts";
import type { Services } from "../../../functions/scope.ts";
import { createServices } from "../../../functions/services.ts";
import type { Storage } from "../../../functions/storage/storage.ts";
import { createPacer } from "../../../functions/upstream/budget.ts";
import { type Client, createClient } from "../../../functions/upstream/client.ts";
import { openConnections } from "../../../functions/upstream/transport.ts";
import { createUpstream } from "../../../functions/upstream/upstream.ts";
import type { SaleStorage } from "./storage.ts";

/** What an instance of the app lives in. */
export interface InstanceFacts {
  configuration: Configuration;
  runtime: Runtime;
  storage: Storage;
  /** How long a call to App Store Connect takes. */
  latencyMs: number;
  /** Told of work of the outside world, during which a simulated clock stands. */
  hold<Value>(work: Promise<Value>): Promise<Value>;
  /** Before each call upstream. */
  beforeCall(): Promise<void>;
}

/** The services of an instance, with a pacer, caches and connections of its own. */
export function startInstance(facts: InstanceFacts): Services {
  const { configuration, runtime, storage, hold } = facts;
  const services = createServices(configuration, runtime);
  const { credentials } = services;
  return {
    ...services,
    credentials: {
      ...credentials,
      // The vault is a folder, and signing is done beside: both are real work.
      choose: async (...wish) => {
        const chosen = await hold(credentials.choose(...wish));
        return { ...chosen, authorization: (...audience) => hold(chosen.authorization(...audience)) };
      },
    },
    upstream: createUpstream({
      client: slowly(createClient(openConnections()), facts),
      runtime,
      origins: configuration.origins,
      pacer: createPacer(runtime, configuration.interactiveShare),
    }),
    jobs: createJobStore(storage, runtime),
  };
}

/** The same client, whose calls take time: half of it before the service counts the call. */
function slowly(client: Client, { runtime, latencyMs, hold, beforeCall }: InstanceFacts): Client {
  return async (attempt) => {
    await runtime.sleep(latencyMs / 2, attempt.signal);
    const { status, headers, bytes } = await hold(exchange());
    await runtime.sleep(latencyMs / 2, attempt.signal);
    return { status, headers, body: Readable.from([bytes], { objectMode: false }) };

    async function exchange() {
      await beforeCall();
      const answer = await client(attempt);
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body) chunks.push(Buffer.from(chunk));
      return { status: answer.status, headers: answer.headers, bytes: Buffer.concat(chunks) };
    }
  };
}

/** How the Functions host reads a queue. The first two are host.json's, the others the host's own defaults. */
const batchSize = 16;
const newBatchThreshold = 8;
const leastPauseMs = 100;
const mostPauseMs = 60_000;

/** Gives messages to a worker as the Functions host does, until `isOver`. @returns how many there were. */
export async function pumpQueue(
  services: Services,
  { receive }: Pick<SaleStorage, "receive">,
  { isOver, log }: { isOver(): boolean; log(line: string): void },
): Promise<number> {
  const { runtime } = services;
  const worker = createWorker({ services, slow: createSlots(slowAtOnce), log });
  let running = 0;
  let messages = 0;
  let pauseMs = leastPauseMs;
  let below = () => {};
  while (!isOver()) {
    const batch = await receive(queueName, batchSize);
    messages += batch.length;
    for (const { text, done } of batch) {
      running += 1;
      void worker
        .run(text)
        .then(done)
        .catch((error: unknown) => log(`A message failed: ${String(error)}`))
        .finally(() => {
          running -= 1;
          if (running <= newBatchThreshold) below();
        });
    }
    if (running > newBatchThreshold) {
      await new Promise<void>((resolve) => {
        below = resolve;
      });
    }
    if (batch.length > 0) pauseMs = leastPauseMs;
    else {
      await runtime.sleep(pauseMs);
      pauseMs = Math.min(mostPauseMs, 2 * pauseMs);
    }
  }
  return messages;
}
