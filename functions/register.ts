import { app, type InvocationContext } from "@azure/functions";
import { loadWork as loadBackfill } from "./app-store-server/backfill/load-work.ts";
import { loadWork } from "./events/load-work.ts";
import { queueName as eventQueueName } from "./events/table-store.ts";
import type { Poster } from "./events/work.ts";
import { watchCallers } from "./http/callers.ts";
import { createHandler, type HandlerFacts } from "./http/handler.ts";
import { inOnePiece } from "./http/one-piece.ts";
import { createSlots, slowAtOnce } from "./jobs/slots.ts";
import { sweepJobs } from "./jobs/sweep.ts";
import { queueName } from "./jobs/table-store.ts";
import { createWorker } from "./jobs/worker.ts";
import { logLine } from "./log.ts";
import type { OperationEntry } from "./operation-entry.ts";
import type { Services } from "./scope.ts";

/**
 * Registers one function an operation, under the operation's own name.
 *
 * Streams are on: without them a request whose body comes in chunks, as from SDKs and webhooks, can arrive empty.
 */
export function registerOperations(
  operations: readonly OperationEntry[],
  facts: Omit<HandlerFacts, "log" | "response">,
): void {
  app.setup({ enableHttpStream: true });
  const callers = watchCallers();
  for (const { id, methods, route, open, load } of operations) {
    app.http(id, {
      methods: [...methods],
      route,
      // Never the library's default, which is to let everybody in.
      authLevel: open ? "anonymous" : "function",
      async handler(request, context) {
        const handler = createHandler(await load(), {
          ...facts,
          log: (line) => context.info(line),
          response: () => callers.responseOf(context.invocationId),
        });
        return inOnePiece(await handler(request));
      },
    });
  }
}

/**
 * Registers what tells flows of events: one function for the messages of the queue, one for those that crashed it time
 * after time, one that finds events whose message was not sent, and one that deletes what is past its time.
 */
export function registerEvents(services: Services): void {
  if (!services.configuration.storage) return;
  // One for the process, since it keeps connections.
  let poster: Poster | undefined;
  const worker = async (context: InvocationContext) => {
    const { createEventWorker, createPoster } = await loadWork();
    poster ??= createPoster();
    return createEventWorker({ services, poster, log: (line) => context.info(line) });
  };
  app.storageQueue("RunEventDelivery", {
    queueName: eventQueueName,
    connection,
    handler: async (message, context) =>
      (await worker(context)).run(message, Number(context.triggerMetadata?.dequeueCount ?? 1)),
  });
  app.storageQueue("GiveUpEventDelivery", {
    queueName: `${eventQueueName}-poison`,
    connection,
    handler: async (message, context) => (await worker(context)).giveUp(message),
  });
  app.timer("RecoverEvents", {
    schedule: "0 */5 * * * *",
    async handler(_timer, context) {
      const { recoverEvents } = await loadWork();
      const counted = await recoverEvents(services.events, services.runtime);
      context.info(logLine({ operation: "RecoverEvents", ...counted }));
    },
  });
  app.timer("SweepEvents", {
    schedule: "0 43 3 * * *",
    async handler(_timer, context) {
      const { sweepEvents } = await loadWork();
      const counted = await sweepEvents(services);
      context.info(logLine({ operation: "SweepEvents", ...counted }));
    },
  });
}

/**
 * Registers what asks Apple for notifications that were not received. At a minute that others do not think of, since all
 * who ask at the full hour wait for each other.
 */
export function registerBackfill(services: Services): void {
  const { storage, events } = services.configuration;
  if (!storage || events.backfillHours === 0) return;
  app.timer("BackfillEvents", {
    schedule: "0 23 * * * *",
    async handler(_timer, context) {
      const { backfillEvents } = await loadBackfill();
      const report = await backfillEvents(services, (line) => context.info(line));
      context.info(logLine({ operation: "BackfillEvents", ...report }));
    },
  });
}

/** The setting that names the storage account, for the Functions host. */
const connection = "AzureWebJobsStorage";

/**
 * Registers what carries out jobs: one function for the messages of the queue, one for those that crashed it time after
 * time, and one that deletes what is past its time. Without storage there are none, and without usable settings neither:
 * then messages wait instead of ending as poison.
 */
export function registerJobs(services: Services): void {
  if (!services.configuration.storage) return;
  const slow = createSlots(slowAtOnce);
  const worker = (context: InvocationContext) =>
    createWorker({ services, slow, log: (line) => context.info(line) });
  app.storageQueue("RunJobItem", {
    queueName,
    connection,
    handler: (message, context) =>
      worker(context).run(message, Number(context.triggerMetadata?.dequeueCount ?? 1)),
  });
  app.storageQueue("GiveUpJobItem", {
    queueName: `${queueName}-poison`,
    connection,
    handler: (message, context) => worker(context).giveUp(message),
  });
  app.timer("SweepJobs", {
    // Once a day, at a minute that others do not think of.
    schedule: "0 17 3 * * *",
    async handler(_timer, context) {
      const counted = await sweepJobs(services.jobs, services.runtime);
      context.info(logLine({ operation: "SweepJobs", ...counted }));
    },
  });
}
