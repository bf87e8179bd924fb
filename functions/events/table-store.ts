import type { Runtime } from "../runtime.ts";
import { timePart } from "../storage/newest-first.ts";
import type { Queue, Storage } from "../storage/storage.ts";
import type { EventSink } from "./event.ts";
import { eventKey, eventPlace, timeOf } from "./id.ts";
import { type EventMessage, writeMessage } from "./message.ts";
import {
  eventRow,
  eventText,
  eventToRow,
  indexPartition,
  indexRow,
  readEventText,
  rowToEvent,
  rowToWaiting,
  waitingPartition,
  waitingRow,
} from "./rows.ts";
import type { EventStore, KeptEvent } from "./store.ts";

/** Names in the storage account. The queue is known to the trigger too. */
export const queueName = "relay-events";
const tableName = "relayevents";
const indexName = "relayeventindex";
const containerName = "relay-events";

const dayMs = 86_400_000;

/** One run of deleting takes so long at most, since a function has ten minutes; the next one goes on. */
const runMs = 5 * 60_000;

/** Events in the tables, the queue and the blobs of a storage account. @param retentionDays how long they are kept. */
export function createEventStore(storage: Storage, runtime: Runtime, retentionDays: number): EventStore {
  const table = storage.table(tableName);
  const index = storage.table(indexName);
  const blobs = storage.blobs(containerName);
  const queue: Queue = storage.queue(queueName);
  const blobOf = (place: string) => `${place}.json`;
  const send = (message: EventMessage, delayMs?: number) => queue.send(writeMessage(message), delayMs);

  async function read(key: string): Promise<KeptEvent | undefined> {
    const row = await table.read(key, eventRow);
    if (!row) return undefined;
    const { content, ...columns } = rowToEvent(row);
    if (content) return { ...columns, ...content };
    const written = await blobs.read(blobOf(columns.place));
    return written === undefined ? undefined : { ...columns, ...readEventText(written) };
  }

  /**
   * The row of the event itself comes after all that finds it: what breaks off before it leaves nothing that counts as
   * stored, and what breaks off after it is found again by the next copy and by the sweep.
   */
  const receive: EventSink["receive"] = async (event, { productIds }) => {
    const now = runtime.now();
    // It would be deleted at once, and its copies could no longer be told from it.
    if ((timeOf(event) ?? now) < now - retentionDays * dayMs) return "past";
    const key = eventKey(event);
    let row = await table.read(key, eventRow);
    if (!row) {
      const place = eventPlace(event, now);
      const { text, fits } = eventText({ event, productIds });
      await Promise.all([
        index.insert(indexRow(event, { key, place })),
        index.insert(waitingRow({ key, since: now })),
      ]);
      if (!fits) await blobs.write(blobOf(place), text);
      const facts = { key, place, receivedAt: new Date(now).toISOString(), fannedOut: false };
      if (await table.insert(eventToRow(facts, fits ? text : undefined))) {
        await send({ event: key, sent: now });
        return "stored";
      }
      row = await table.read(key, eventRow);
    }
    // Whoever stored it may have been stopped before the message was sent. One too many does nothing.
    if (row && !rowToEvent(row).fannedOut) await send({ event: key, sent: now });
    return "known";
  };

  return {
    progress: index,
    receive,
    read,
    send,

    async list({ after, limit, from, to, where }) {
      // Keys fall as time goes on: what happened until `to` comes after the key of the moment after it.
      const start = to === undefined ? undefined : timePart(Math.max(0, to + 1));
      const first = after ?? start;
      const page = await index.page(indexPartition, {
        limit,
        where,
        ...(first !== undefined && { after: first }),
      });
      const last = from === undefined ? undefined : timePart(Math.max(0, from - 1));
      const within = page.rows.filter(({ row }) => last === undefined || row < last);
      const kept = await Promise.all(
        within.map(async ({ row, fields }) => {
          const event = await read(String(fields.key));
          // Of an index row that another copy left behind, or whose event never was stored, nothing is shown.
          return event?.place === row ? event : undefined;
        }),
      );
      const isEnd = within.length < page.rows.length || page.next === undefined;
      return {
        value: kept.filter((event) => event !== undefined),
        ...(!isEnd && page.next !== undefined && { next: page.next }),
      };
    },

    async removeBefore(at) {
      const end = runtime.now() + runMs;
      let removed = 0;
      let after = timePart(Math.max(0, at - 1));
      while (runtime.now() < end) {
        const { rows, next } = await index.page(indexPartition, { after, limit: 200 });
        for (const { row, fields } of rows) {
          const key = String(fields.key);
          const event = await table.read(key, eventRow);
          await blobs.remove(blobOf(row));
          if (event && rowToEvent(event).place === row) {
            await table.remove(key, [eventRow]);
            await index.remove(waitingPartition, [key]);
          }
          // Last, so that a run that broke off finds it again.
          await index.remove(indexPartition, [row]);
          removed += 1;
        }
        if (next === undefined) break;
        after = next;
      }
      return removed;
    },

    async waiting(after, limit) {
      const page = await index.page(waitingPartition, { limit, ...(after !== undefined && { after }) });
      return { value: page.rows.map(rowToWaiting), ...(page.next !== undefined && { next: page.next }) };
    },

    async endWaiting(key) {
      const row = await table.read(key, eventRow);
      // Nothing else changes an event, so one that has changed since is marked already.
      if (row && row.fields.fannedOut !== true) {
        await table.replace({ ...row, fields: { ...row.fields, fannedOut: true } });
      }
      await index.remove(waitingPartition, [key]);
    },
  };
}
