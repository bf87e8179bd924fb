import type { ContainerClient } from "@azure/storage-blob";
import { bounded } from "./clients.ts";
import { statusOf, storageFailure } from "./failure.ts";
import type { Blobs } from "./storage.ts";

/** One attempt at a text, in milliseconds: reports have up to 32 MB. */
const textMs = 20_000;

/** @param open the client, of a container that exists. */
export function createBlobs(open: () => Promise<ContainerClient>): Blobs {
  async function call<Result>(action: string, work: (client: ContainerClient) => Promise<Result>) {
    const client = await open();
    try {
      return await work(client);
    } catch (error) {
      throw storageFailure(error, action);
    }
  }
  return {
    write: (name, text) =>
      call("write a blob", async (client) => {
        const bytes = Buffer.from(text);
        await bounded(
          (bound) =>
            client.getBlockBlobClient(name).upload(bytes, bytes.length, {
              ...bound,
              blobHTTPHeaders: { blobContentType: "application/json" },
            }),
          textMs,
        );
      }),
    read: (name) =>
      call("read a blob", async (client) => {
        try {
          const blob = client.getBlockBlobClient(name);
          return (
            await bounded((bound) => blob.downloadToBuffer(undefined, undefined, bound), textMs)
          ).toString("utf8");
        } catch (error) {
          if (statusOf(error) === 404) return undefined;
          throw error;
        }
      }),
    remove: (prefix) =>
      call("delete blobs", async (client) => {
        const names = await bounded(async (bound) => {
          const found: string[] = [];
          for await (const { name } of client.listBlobsFlat({ ...bound, prefix })) found.push(name);
          return found;
        });
        for (const name of names)
          await bounded((bound) => client.getBlockBlobClient(name).deleteIfExists(bound));
      }),
  };
}
