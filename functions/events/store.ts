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

/** Events in Azure Storage. @throws RelayError `storage_unavailable`, `not_configured` from every method. */
export interface EventStore extends EventSink {
  /** @param key `eventKey` of the event. */
  read(key: string): Promise<KeptEvent | undefined>;
  /** Events of which subscribed flows may not have heard yet. @param after key to go on after. */
  waiting(after: string | undefined, limit: number): Promise<{ value: WaitingEvent[]; next?: string }>;
  /** Writes down that a delivery is stored for every subscribed flow. */
  endWaiting(key: string): Promise<void>;
  send(message: EventMessage, delayMs?: number): Promise<void>;
}
