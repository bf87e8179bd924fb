import type { DequeuedMessageItem, QueueClient } from "@azure/storage-queue";
import type { QueueSettings } from "./host-json.ts";

/** What the listener of a queue does with one message after another. */
export interface MessageRunner {
  /** Runs the function. @throws what it throws. */
  invoke(input: unknown, metadata: Readonly<Record<string, unknown>>): Promise<unknown>;
  queue: QueueClient;
  /** Absent for a queue of poison messages: what fails there comes again. */
  poison: QueueClient | undefined;
  settings: QueueSettings;
  /** How long a message stays with this host unless it is renewed, in seconds. */
  lockSeconds: number;
  /** Told of what fails besides storage: the function itself. */
  failed(error: unknown): void;
}

/** Trigger metadata, in the Functions host's spelling. */
function metadataOf(message: DequeuedMessageItem, text: string): Record<string, unknown> {
  return {
    QueueTrigger: text,
    Id: message.messageId,
    DequeueCount: message.dequeueCount,
    InsertionTime: message.insertedOn.toISOString(),
    ExpirationTime: message.expiresOn.toISOString(),
    NextVisibleTime: message.nextVisibleOn.toISOString(),
    PopReceipt: message.popReceipt,
  };
}

/**
 * Carries one message through, as the Functions host does: deleted when its function has ended well, visible again
 * after the retry delay when it failed, and in the poison queue when it has been tried often enough. A message whose
 * host was killed each time is not run once more before it goes there.
 *
 * @throws Error when storage does not answer; the message then comes again by itself.
 */
export async function carryThrough(runner: MessageRunner, message: DequeuedMessageItem): Promise<void> {
  const { queue, settings, poison } = runner;
  if (message.dequeueCount > settings.maxDequeueCount && poison !== undefined) {
    await discard(queue, poison, message);
    return;
  }
  const lock = keepLocked(queue, message, runner.lockSeconds);
  try {
    const text =
      settings.messageEncoding === "base64"
        ? Buffer.from(message.messageText, "base64").toString("utf8")
        : message.messageText;
    await runner.invoke(text, metadataOf(message, text));
  } catch (error) {
    runner.failed(error);
    await lock.stop();
    if (message.dequeueCount < settings.maxDequeueCount) await release(queue, message, settings.retrySeconds);
    else if (poison !== undefined) await discard(queue, poison, message);
    return;
  }
  await lock.stop();
  await queue.deleteMessage(message.messageId, message.popReceipt);
}

/** Gives a message back, for whoever asks next after `seconds`. */
export async function release(
  queue: QueueClient,
  message: DequeuedMessageItem,
  seconds: number,
): Promise<void> {
  await queue.updateMessage(message.messageId, message.popReceipt, undefined, seconds);
}

async function discard(queue: QueueClient, poison: QueueClient, message: DequeuedMessageItem): Promise<void> {
  await poison.createIfNotExists();
  // Copied first: a crash in between leaves two, which is better than none. It stays until somebody looks.
  await poison.sendMessage(message.messageText, { messageTimeToLive: -1 });
  await queue.deleteMessage(message.messageId, message.popReceipt);
}

/** Renews a message's invisibility until it is stopped, and keeps `message.popReceipt` the one that counts. */
function keepLocked(queue: QueueClient, message: DequeuedMessageItem, seconds: number) {
  let renewal = Promise.resolve();
  const renew = async () => {
    try {
      const renewed = await queue.updateMessage(message.messageId, message.popReceipt, undefined, seconds);
      message.popReceipt = renewed.popReceipt ?? message.popReceipt;
    } catch {
      // Storage may be back next time. If not, the message comes again, and what was done is done twice.
    }
  };
  // Three chances before it runs out.
  const timer = setInterval(
    () => {
      renewal = renewal.then(renew);
    },
    (seconds * 1_000) / 3,
  );
  return {
    stop() {
      clearInterval(timer);
      return renewal;
    },
  };
}
