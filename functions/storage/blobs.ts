import type { ContainerClient } from "@azure/storage-blob";
import { statusOf, storageFailure } from "./failure.ts";
import type { Blobs } from "./storage.ts";

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
        await client.getBlockBlobClient(name).upload(bytes, bytes.length, {
          blobHTTPHeaders: { blobContentType: "application/json" },
        });
      }),
    read: (name) =>
      call("read a blob", async (client) => {
        try {
          return (await client.getBlockBlobClient(name).downloadToBuffer()).toString("utf8");
        } catch (error) {
          if (statusOf(error) === 404) return undefined;
          throw error;
        }
      }),
    remove: (prefix) =>
      call("delete blobs", async (client) => {
        for await (const { name } of client.listBlobsFlat({ prefix })) {
          await client.getBlockBlobClient(name).deleteIfExists();
        }
      }),
  };
}
