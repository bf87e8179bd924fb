import type { Table } from "../storage/storage.ts";
import type { EventSink, EventTraits, RelayEvent } from "./event.ts";
import type { EventMessage } from "./message.ts";

/** An event as it is kept. */
export interface KeptEvent extends EventTraits {
  /** `eventKey` of it. */
  readonly key: string;
  /** `eventPlace` of the copy that was stored. */
  readonly place: string;
  readonly event: RelayEvent;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** Subscribed flows hear of it: a delivery for each of them is stored. */
  readonly fannedOut: boolean;
}

/** An event that was written down before it was stored, and is until subscribed flows hear of it. */
export interface WaitingEvent {
  readonly key: string;
  /** When it was written down first, in milliseconds since the epoch. */
  readonly since: number;
}

/** Which events are listed. */
export interface EventWish {
  after?: string | undefined;
  limit: number;
  /** Times in milliseconds, both included. */
  from?: number | undefined;
  to?: number | undefined;
  /** Fields of the event by name. */
  where: Readonly<Record<string, string>>;
}

/** Events in Azure Storage. @throws RelayError `storage_unavailable`, `not_configured` from every method. */
export interface EventStore extends EventSink {
  /** Where readers of what was missed keep how far they are, in partitions of their own. */
  readonly progress: Table;
  /** @param key `eventKey` of the event. */
  read(key: string): Promise<KeptEvent | undefined>;
  /** Events of which subscribed flows may not have heard yet. @param after key to go on after. */
  waiting(after: string | undefined, limit: number): Promise<{ value: WaitingEvent[]; next?: string }>;
  /** Writes down that a delivery is stored for every subscribed flow. */
  endWaiting(key: string): Promise<void>;
  send(message: EventMessage, delayMs?: number): Promise<void>;
  /** Events in order, the newest first. @param wish position to go on after, and what the events must have. */
  list(wish: EventWish): Promise<{ value: KeptEvent[]; next?: string }>;
  /** Deletes events that happened before a time, in milliseconds, as many as a run has time for. @returns how many. */
  removeBefore(at: number): Promise<number>;
}
