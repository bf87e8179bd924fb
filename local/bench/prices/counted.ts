import type { Storage } from "../../../functions/storage/storage.ts";

/** The same storage; `count` is told of every request, and waits for none. */
export function counted(
  storage: Storage,
  through: <Value>(name: string, work: () => Promise<Value>) => Promise<Value>,
): Storage {
  return {
    table(name) {
      const table = storage.table(name);
      return {
        read: (...args) => through("read", () => table.read(...args)),
        insert: (...args) => through("insert", () => table.insert(...args)),
        replace: (...args) => through("replace", () => table.replace(...args)),
        transact: (...args) => through("transact", () => table.transact(...args)),
        page: (...args) => through("page", () => table.page(...args)),
        remove: (...args) => through("remove", () => table.remove(...args)),
      };
    },
    queue(name) {
      const queue = storage.queue(name);
      return { send: (...args) => through("send", () => queue.send(...args)) };
    },
    blobs(name) {
      const blobs = storage.blobs(name);
      return {
        write: (...args) => through("blob", () => blobs.write(...args)),
        read: (...args) => through("blob", () => blobs.read(...args)),
        remove: (...args) => through("blob", () => blobs.remove(...args)),
      };
    },
  };
}
