import { randomUUID } from "node:crypto";
import type { Queue, Row, RowRange, Storage, StoredRow, Table } from "../../functions/storage/storage.ts";

/** A message as a function is given it. */
export interface MemoryMessage {
  text: string;
  /** How often it was received, this time included. */
  dequeueCount: number;
  /** Deletes it. Too late once it has been received again: then nothing happens, as with a stale pop receipt. */
  done(): void;
  /** Leaves it as if it had not been received. */
  putBack(): void;
}

/** Storage in this process's memory, with the rules of Azure's: conditional writes, transactions, invisible messages. */
export interface MemoryStorage extends Storage {
  /** Takes visible messages, which then are invisible for `invisibleMs`. */
  receive(queue: string, invisibleMs: number, most?: number): MemoryMessage[];
  /** When the next message becomes visible, in milliseconds since the epoch; undefined when there is none. */
  nextVisible(queue: string): number | undefined;
}

interface QueuedMessage {
  id: string;
  text: string;
  visibleAt: number;
  dequeueCount: number;
}

/** For simulations on a clock that is not real. @param now milliseconds since the epoch. */
export function createMemoryStorage(now: () => number): MemoryStorage {
  const tables = new Map<string, Table>();
  const queues = new Map<string, QueuedMessage[]>();
  const containers = new Map<string, Map<string, string>>();
  /** In the order in which messages become visible, as Azure's queues hand them out. */
  const queueOf = (name: string) => madeOnce(queues, name, (): QueuedMessage[] => []);
  return {
    table: (name) => madeOnce(tables, name, createMemoryTable),
    queue(name): Queue {
      return {
        async send(text, delayMs = 0) {
          enqueue(queueOf(name), { id: randomUUID(), text, visibleAt: now() + delayMs, dequeueCount: 0 });
        },
      };
    },
    blobs(container) {
      const blobs = madeOnce(containers, container, () => new Map<string, string>());
      return {
        async write(name, text) {
          blobs.set(name, text);
        },
        async read(name) {
          return blobs.get(name);
        },
        async remove(prefix) {
          for (const name of [...blobs.keys()]) if (name.startsWith(prefix)) blobs.delete(name);
        },
      };
    },
    receive(name, invisibleMs, most = 1) {
      const messages = queueOf(name);
      const visible = messages.slice(0, most).filter(({ visibleAt }) => visibleAt <= now());
      messages.splice(0, visible.length);
      return visible.map((message) => {
        const { visibleAt } = message;
        message.visibleAt = now() + invisibleMs;
        message.dequeueCount += 1;
        enqueue(messages, message);
        const { text, dequeueCount } = message;
        return {
          text,
          dequeueCount,
          done() {
            if (message.dequeueCount === dequeueCount) dequeue(messages, message);
          },
          putBack() {
            if (!dequeue(messages, message)) return;
            message.visibleAt = visibleAt;
            message.dequeueCount -= 1;
            enqueue(messages, message);
          },
        };
      });
    },
    nextVisible(name) {
      return queueOf(name)[0]?.visibleAt;
    },
  };
}

/** Puts a message behind all that become visible before it or with it. */
function enqueue(messages: QueuedMessage[], message: QueuedMessage): void {
  messages.splice(placeAfter(messages, message.visibleAt), 0, message);
}

/** Takes a message out. @returns whether it was still there. */
function dequeue(messages: QueuedMessage[], message: QueuedMessage): boolean {
  const at = messages.lastIndexOf(message, placeAfter(messages, message.visibleAt) - 1);
  if (at >= 0) messages.splice(at, 1);
  return at >= 0;
}

/** How many messages become visible at a time or before it. */
function placeAfter(messages: readonly QueuedMessage[], time: number): number {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.visibleAt ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function createMemoryTable(): Table {
  const partitions = new Map<string, Map<string, StoredRow>>();
  let writes = 0;
  const rowsOf = (partition: string) => madeOnce(partitions, partition, () => new Map<string, StoredRow>());
  const put = (row: Row): StoredRow => {
    writes += 1;
    const { partition, row: key, fields } = row;
    const stored = { partition, row: key, fields: { ...fields }, etag: `"${writes}"` };
    rowsOf(partition).set(key, stored);
    return stored;
  };
  const holds = (row: Row, etag: string | undefined) => rowsOf(row.partition).get(row.row)?.etag === etag;
  return {
    async read(partition, row) {
      return rowsOf(partition).get(row);
    },
    async insert(row) {
      if (!holds(row, undefined)) return false;
      put(row);
      return true;
    },
    async replace(row) {
      return holds(row, row.etag) ? put(row).etag : undefined;
    },
    async transact(changes) {
      const all = changes.every(({ kind, row }) => holds(row, kind === "insert" ? undefined : row.etag));
      if (all) for (const { row } of changes) put(row);
      return all;
    },
    async page(partition, range) {
      const rows = [...rowsOf(partition).values()]
        .filter((row) => isIn(range, row))
        .sort((a, b) => (a.row < b.row ? -1 : 1));
      const kept = rows.slice(0, range.limit);
      const last = kept.at(-1);
      return { rows: kept, ...(last && rows.length > kept.length && { next: last.row }) };
    },
    async remove(partition, rows) {
      for (const row of rows) rowsOf(partition).delete(row);
    },
  };
}

function isIn({ after = "", prefix = "", where = {} }: RowRange, { row, fields }: StoredRow): boolean {
  return (
    row > after &&
    row.startsWith(prefix) &&
    Object.entries(where).every(([name, values]) => [values].flat().some((value) => value === fields[name]))
  );
}

function madeOnce<Thing>(things: Map<string, Thing>, name: string, make: () => Thing): Thing {
  const known = things.get(name);
  if (known !== undefined) return known;
  const made = make();
  things.set(name, made);
  return made;
}
