import type { QueueClient } from "@azure/storage-queue";
import { bounded } from "./clients.ts";
import { storageFailure } from "./failure.ts";
import type { Queue } from "./storage.ts";

/** The longest that a message can be invisible. Source: Azure's Queue service. */
const maxDelaySeconds = 7 * 86_400;

/**
 * A queue. Texts are sent as they are: host.json says `messageEncoding: none`, or each would end as poison.
 *
 * @param open the client, of a queue that exists.
 */
export function createQueue(open: () => Promise<QueueClient>): Queue {
  return {
    async send(text, delayMs = 0) {
      const client = await open();
      try {
        await bounded((bound) =>
          client.sendMessage(text, {
            ...bound,
            visibilityTimeout: Math.min(maxDelaySeconds, Math.ceil(delayMs / 1000)),
            // Never: work that waits for a limit or an outage must not vanish.
            messageTimeToLive: -1,
          }),
        );
      } catch (error) {
        throw storageFailure(error, "send a message");
      }
    },
  };
}
