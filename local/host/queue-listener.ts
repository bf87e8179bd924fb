import type { DequeuedMessageItem } from "@azure/storage-queue";
import type { Runtime } from "../../functions/runtime.ts";
import { carryThrough, type MessageRunner, release } from "./queue-message.ts";

export interface ListenerOptions extends MessageRunner {
  runtime: Runtime;
  /** Told each time that storage answers, and each time that it does not, with the reason. */
  storageIs(state: "down" | "up", reason?: unknown): void;
}

/** Something that starts functions by itself. */
export interface Listener {
  /** Starts nothing more, and settles when what runs has ended. */
  stop(): Promise<void>;
}

// The Functions host looks again after 100 ms, then waits longer each time. It goes up to a minute; on one machine,
// whoever waits sits in front of it.
const minPollingMs = 100;
const longestPollingMs = 1_000;

/** Polls one queue and runs its function, as many messages at a time as host.json lets it. */
export function listenTo(options: ListenerOptions): Listener {
  const { queue, settings, runtime, lockSeconds, storageIs } = options;
  const maxPollingMs = Math.min(settings.maxPollingMs, longestPollingMs);
  const ending = new AbortController();
  const running = new Set<Promise<void>>();

  /** The next messages; a queue that does not exist has none. */
  async function receive(): Promise<DequeuedMessageItem[]> {
    try {
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: settings.batchSize,
        visibilityTimeout: lockSeconds,
      });
      storageIs("up");
      return receivedMessageItems;
    } catch (error) {
      if (statusOf(error) === 404) storageIs("up");
      else storageIs("down", error);
      return [];
    }
  }

  function begin(message: DequeuedMessageItem): void {
    const work = ending.signal.aborted ? release(queue, message, 0) : carryThrough(options, message);
    // 404: somebody else has the message since, which means that its lock was lost. Storage is well.
    const done = work.catch((error: unknown) => {
      if (statusOf(error) !== 404) storageIs("down", error);
    });
    running.add(done);
    done.finally(() => running.delete(done));
  }

  async function poll(): Promise<void> {
    let pauseMs = minPollingMs;
    while (!ending.signal.aborted) {
      const messages = await receive();
      messages.forEach(begin);
      if (messages.length === 0) {
        await runtime.sleep(pauseMs, ending.signal).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, maxPollingMs);
      } else pauseMs = minPollingMs;
      while (running.size > settings.newBatchThreshold && !ending.signal.aborted) await Promise.race(running);
    }
  }

  const polling = poll();
  return {
    async stop() {
      ending.abort();
      await polling;
      await Promise.all(running);
    },
  };
}

function statusOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
}
