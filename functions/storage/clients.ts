import type { TableClient } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import type { ContainerClient } from "@azure/storage-blob";
import type { QueueClient } from "@azure/storage-queue";
import type { StorageConfiguration } from "./configuration.ts";
import { storageFailure } from "./failure.ts";

/** What tests pass to reach storage on this machine. Constructor arguments, never settings. */
export interface StorageOptions {
  /** Stands in for the function app's managed identity. */
  credential?: TokenCredential;
}

/** Clients of the three services; each table, queue and container is made when it is first used. */
export interface StorageClients {
  table(name: string): Promise<TableClient>;
  queue(name: string): Promise<QueueClient>;
  container(name: string): Promise<ContainerClient>;
}

/** Few and quick: what storage does not take within seconds is brought again by the queue. */
const retryDelayMs = 200;
const maxRetryDelayMs = 2_000;
const tries = 3;

/** One attempt. Storage answers in tens of milliseconds; a megabyte takes well under a second within a region. */
const attemptMs = 5_000;

/**
 * Carries out one call. One that is not answered in time is given up and sent again, which neither SDK does by itself; a
 * conditional write that had arrived all the same then loses against itself, which its caller has to bear.
 *
 * @param work is given the bound of an attempt, to be passed to the SDK.
 * @param ms milliseconds of one attempt.
 */
export async function bounded<Result>(
  work: (bound: { abortSignal: AbortSignal }) => Promise<Result>,
  ms = attemptMs,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const abortSignal = AbortSignal.timeout(ms);
    try {
      return await work({ abortSignal });
    } catch (error) {
      if (!abortSignal.aborted || attempt === tries) throw error;
    }
  }
}

/** The SDKs are loaded at the first call, since most calls of the relay need none of them. */
export function createClients(
  configuration: StorageConfiguration,
  { credential }: StorageOptions = {},
): StorageClients {
  const once = memory();
  const identity = () => once("identity", async () => credential ?? managedIdentity(configuration));
  const retryOptions = {
    maxTries: tries,
    retryDelayInMs: retryDelayMs,
    maxRetryDelayInMs: maxRetryDelayMs,
  };
  return {
    table: (name) =>
      once(`table ${name}`, async () => {
        const { TableClient } = await import("@azure/data-tables");
        const options = {
          retryOptions: {
            maxRetries: tries - 1,
            retryDelayInMs: retryDelayMs,
            maxRetryDelayInMs: maxRetryDelayMs,
          },
        };
        const client =
          configuration.kind === "identity"
            ? new TableClient(configuration.table, name, await identity(), options)
            : TableClient.fromConnectionString(configuration.connectionString, name, {
                ...options,
                // Azurite on this machine speaks http; the connection string says where to.
                allowInsecureConnection: /http:\/\/|UseDevelopmentStorage=true/i.test(
                  configuration.connectionString,
                ),
              });
        await bounded((bound) => client.createTable(bound));
        return client;
      }),
    queue: (name) =>
      once(`queue ${name}`, async () => {
        const { QueueServiceClient } = await import("@azure/storage-queue");
        const service =
          configuration.kind === "identity"
            ? new QueueServiceClient(configuration.queue, await identity(), { retryOptions })
            : QueueServiceClient.fromConnectionString(configuration.connectionString, { retryOptions });
        const client = service.getQueueClient(name);
        await bounded((bound) => client.createIfNotExists(bound));
        return client;
      }),
    container: (name) =>
      once(`container ${name}`, async () => {
        const { BlobServiceClient } = await import("@azure/storage-blob");
        const service =
          configuration.kind === "identity"
            ? new BlobServiceClient(configuration.blob, await identity(), { retryOptions })
            : BlobServiceClient.fromConnectionString(configuration.connectionString, { retryOptions });
        const client = service.getContainerClient(name);
        await bounded((bound) => client.createIfNotExists(bound));
        return client;
      }),
  };
}

/** The managed identity itself rather than the default chain, which would try a developer's sign-ins too. */
async function managedIdentity(configuration: StorageConfiguration): Promise<TokenCredential> {
  const { ManagedIdentityCredential } = await import("@azure/identity");
  const clientId = configuration.kind === "identity" ? configuration.clientId : undefined;
  return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}

/** Makes each thing once. A failure is not remembered: the next call tries again. */
function memory(): <Thing>(key: string, make: () => Promise<Thing>) => Promise<Thing> {
  const made = new Map<string, Promise<unknown>>();
  return async <Thing>(key: string, make: () => Promise<Thing>) => {
    const known = made.get(key) as Promise<Thing> | undefined;
    if (known) return known;
    const making = make().catch((error: unknown) => {
      made.delete(key);
      throw storageFailure(error, `open ${key}`);
    });
    made.set(key, making);
    return making;
  };
}
