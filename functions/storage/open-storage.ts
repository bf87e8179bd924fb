import { RelayError } from "../errors.ts";
import { createBlobs } from "./blobs.ts";
import { createClients, type StorageOptions } from "./clients.ts";
import type { StorageConfiguration } from "./configuration.ts";
import { createQueue } from "./queue.ts";
import type { Storage } from "./storage.ts";
import { createTable } from "./table.ts";

/**
 * The storage of a configuration. Without one, everything that needs it answers `not_configured`.
 *
 * @param options what tests lend it.
 */
export function openStorage(
  configuration: StorageConfiguration | undefined,
  options: StorageOptions = {},
): Storage {
  const clients = configuration ? createClients(configuration, options) : undefined;
  const opened = () => {
    if (clients) return clients;
    throw new RelayError("not_configured", {
      message:
        "No storage account is configured: set AzureWebJobsStorage__accountName, or AzureWebJobsStorage.",
      hint: "An administrator of the function app has to change its settings.",
    });
  };
  return {
    table: (name) => createTable(async () => opened().table(name)),
    queue: (name) => createQueue(async () => opened().queue(name)),
    blobs: (name) => createBlobs(async () => opened().container(name)),
  };
}
