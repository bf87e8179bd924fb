import type { Blobs, Queue, Storage, Table } from "../../../functions/storage/storage.ts";
import type { MemoryStorage } from "../../storage/memory.ts";
import type { Answerers, Link } from "./link.ts";

/** A message that was taken out of the queue. */
export interface Taken {
  text: string;
  /** Deletes it. */
  done(): Promise<void>;
}

/** Storage, and the end of the queue that the Functions host has. */
export interface SaleStorage {
  storage: Storage;
  /** Takes visible messages out of a queue. */
  receive(queue: string, most: number): Promise<readonly Taken[]>;
}

/** A message is invisible for so long at first. Source: the Functions host's queue extension, which renews it. */
const invisibleMs = 10 * 60_000;

/** Storage that another process holds, so that what it takes is not counted as the relay's. */
export function linkedStorage(ask: Link["ask"]): SaleStorage {
  return {
    storage: {
      table: (name): Table => ({
        read: (...args) => ask("read", name, ...args),
        insert: (...args) => ask("insert", name, ...args),
        replace: (...args) => ask("replace", name, ...args),
        transact: (...args) => ask("transact", name, ...args),
        page: (...args) => ask("page", name, ...args),
        remove: (...args) => ask("remove", name, ...args),
      }),
      queue: (name): Queue => ({ send: (...args) => ask("send", name, ...args) }),
      blobs: (name): Blobs => ({
        write: (...args) => ask("writeBlob", name, ...args),
        read: (...args) => ask("readBlob", name, ...args),
        remove: (...args) => ask("removeBlobs", name, ...args),
      }),
    },
    async receive(queue, most) {
      const messages = await ask<readonly { id: number; text: string }[]>("receive", queue, most);
      return messages.map(({ id, text }) => ({ text, done: () => ask("done", id) }));
    },
  };
}

/** The other side of `linkedStorage`. */
export function storageAnswers(storage: MemoryStorage): Answerers {
  const taken = new Map<number, () => void>();
  let messages = 0;
  const { table, queue, blobs } = storage;
  type Args<Method extends (...args: never[]) => unknown> = Parameters<Method>;
  return {
    read: (name: string, ...args: Args<Table["read"]>) => table(name).read(...args),
    insert: (name: string, ...args: Args<Table["insert"]>) => table(name).insert(...args),
    replace: (name: string, ...args: Args<Table["replace"]>) => table(name).replace(...args),
    transact: (name: string, ...args: Args<Table["transact"]>) => table(name).transact(...args),
    page: (name: string, ...args: Args<Table["page"]>) => table(name).page(...args),
    remove: (name: string, ...args: Args<Table["remove"]>) => table(name).remove(...args),
    send: (name: string, ...args: Args<Queue["send"]>) => queue(name).send(...args),
    writeBlob: (name: string, ...args: Args<Blobs["write"]>) => blobs(name).write(...args),
    readBlob: (name: string, ...args: Args<Blobs["read"]>) => blobs(name).read(...args),
    removeBlobs: (name: string, ...args: Args<Blobs["remove"]>) => blobs(name).remove(...args),
    receive: (name: string, most: number) =>
      storage.receive(name, invisibleMs, most).map(({ text, done }) => {
        messages += 1;
        taken.set(messages, done);
        return { id: messages, text };
      }),
    done: (id: number) => {
      taken.get(id)?.();
      taken.delete(id);
    },
  };
}
