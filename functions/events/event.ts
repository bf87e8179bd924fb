/** Services that send events in. */
export const eventSources = ["app-store-server", "app-store-connect", "adjust"] as const;

/** A service that sends events in. */
export type EventSource = (typeof eventSources)[number];

/** What happened, as a flow receives it: one POST an event. */
export interface RelayEvent {
  /** The service's own ID: `notificationUUID` of a notification, the ID of a webhook's delivery. */
  readonly id: string;
  readonly source: EventSource;
  /** The service's own word for what happened, such as `REFUND`; unknown ones are kept as they came. */
  readonly type: string;
  readonly subtype: string | null;
  /** `production` or `sandbox`; null where the service has none. */
  readonly environment: "production" | "sandbox" | null;
  readonly bundleId: string | null;
  /** When the service says that it happened, ISO 8601 in UTC with milliseconds. */
  readonly occurredAt: string;
  /** Decoded and friendly, never with a signed string or a secret in it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What subscriptions can be filtered by beside the event's own fields. */
export interface EventTraits {
  /** Product IDs that the event is about. */
  readonly productIds: readonly string[];
}

/** Where verified events go. */
export interface EventSink {
  /**
   * Stores an event once per source and ID, and sees to it that subscribed flows hear of it once.
   *
   * @returns `known`: it was stored before, by another copy. `past`: it happened longer ago than events are kept, so
   *   nothing is done with it.
   * @throws RelayError `storage_unavailable` (503), so that the service sends it again.
   */
  receive(event: RelayEvent, traits: EventTraits): Promise<"stored" | "known" | "past">;
}
