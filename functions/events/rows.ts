import { json, maxText, present, text } from "../storage/fields.ts";
import type { Row, StoredRow } from "../storage/storage.ts";
import type { EventTraits, RelayEvent } from "./event.ts";
import type { KeptEvent, WaitingEvent } from "./store.ts";

/** Row key of an event, which has a partition of its own. */
export const eventRow = "event";

/** Partition of the index that lists every event, newest first. */
export const indexPartition = "events";

/** Partition of those of which subscribed flows may not have heard yet. */
export const waitingPartition = "waiting";

/** What of an event is stored as one text. */
type EventText = { event: RelayEvent } & EventTraits;

/** Longest text that lists filter by: services use words and names. */
const maxFilter = 500;

/** The text of an event, and whether it fits into a row. */
export function eventText({ event, productIds }: EventText): { text: string; fits: boolean } {
  const written = JSON.stringify({ event, productIds });
  return { text: written, fits: written.length <= maxText };
}

export function readEventText(written: string): EventText {
  return JSON.parse(written) as EventText;
}

/** @param content the event's text; undefined where it stands in a blob. */
export function eventToRow(
  { key, place, receivedAt, fannedOut }: Pick<KeptEvent, "key" | "place" | "receivedAt" | "fannedOut">,
  content: string | undefined,
): Row {
  return {
    partition: key,
    row: eventRow,
    fields: present({ place, receivedAt, fannedOut, content, apart: content === undefined }),
  };
}

/** The columns of an event's row. `content` is absent where it stands in a blob. */
export function rowToEvent({ partition, fields }: StoredRow): Omit<KeptEvent, "event" | "productIds"> & {
  content: EventText | undefined;
} {
  return {
    key: partition,
    place: text(fields, "place") ?? "",
    receivedAt: text(fields, "receivedAt") ?? "",
    fannedOut: fields.fannedOut === true,
    content: json<EventText>(fields, "content"),
  };
}

/** The row of the index: what lists filter by. */
export function indexRow(event: RelayEvent, { key, place }: Pick<KeptEvent, "key" | "place">): Row {
  const short = (value: string | null) => value?.slice(0, maxFilter);
  return {
    partition: indexPartition,
    row: place,
    fields: present({
      key,
      source: event.source,
      type: short(event.type),
      subtype: short(event.subtype),
      bundleId: short(event.bundleId),
      environment: short(event.environment),
    }),
  };
}

export function waitingRow({ key, since }: WaitingEvent): Row {
  return { partition: waitingPartition, row: key, fields: { since: String(since) } };
}

export function rowToWaiting({ row, fields }: StoredRow): WaitingEvent {
  return { key: row, since: Number(text(fields, "since")) };
}
