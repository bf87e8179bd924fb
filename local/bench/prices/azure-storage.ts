import { QueueServiceClient } from "@azure/storage-queue";
import { queueName } from "../../../functions/jobs/table-store.ts";
import { openStorage } from "../../../functions/storage/open-storage.ts";
import type { SaleStorage } from "./storage.ts";

/** Seconds that a message is invisible: longer than the whole measure. */
const invisibleSeconds = 600;

/** A storage account, by the relay's own clients; messages are taken as the Functions host takes them. */
export async function accountStorage(connectionString: string): Promise<SaleStorage> {
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  await queues.getQueueClient(queueName).createIfNotExists();
  return {
    storage: openStorage({ kind: "connection-string", connectionString }),
    async receive(name, most) {
      const queue = queues.getQueueClient(name);
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: most,
        visibilityTimeout: invisibleSeconds,
      });
      return receivedMessageItems.map(({ messageText, messageId, popReceipt }) => ({
        text: messageText,
        done: async () => void (await queue.deleteMessage(messageId, popReceipt)),
      }));
    },
  };
}
