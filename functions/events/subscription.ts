import type { EventSource, EventTraits, RelayEvent } from "./event.ts";

/** Which events a flow wants: one of the values of each member; a member that is absent or empty takes all. */
export interface EventFilters {
  readonly types?: readonly string[];
  readonly subtypes?: readonly string[];
  readonly bundleIds?: readonly string[];
  readonly environment?: string;
  readonly productIds?: readonly string[];
}

/** `ended`: its address said that it is gone, or cannot be read any more. `deleted`: by its flow. */
export type SubscriptionStatus = "active" | "ended" | "deleted";

/** A flow that is told of events. */
export interface Subscription {
  readonly id: string;
  readonly source: EventSource;
  readonly status: SubscriptionStatus;
  readonly filters: EventFilters;
  /** Host of the callback URL, which is all that is shown of it. */
  readonly host: string;
  /** The callback URL, sealed; gone once it is not needed any more. */
  readonly sealed: string;
  /** Which key it is sealed with. */
  readonly keyId: string;
  /** Keyed hash of the callback URL, by which the same flow is known again. */
  readonly mac: string;
  /** SHA-256 of the tokens that end it. */
  readonly tokenHash: string;
  /** Of those that were used: a second call with one is answered like the first. */
  readonly usedTokenHash: string;
  readonly createdAt: string;
  readonly endedAt: string | undefined;
  readonly endedBecause: string | undefined;
}

/** Whether a subscription asks for an event. */
export function matches(
  { source, filters }: Pick<Subscription, "source" | "filters">,
  event: RelayEvent,
  { productIds }: EventTraits,
): boolean {
  const { types, subtypes, bundleIds, environment, productIds: products } = filters;
  const among = (values: readonly string[] | undefined, value: string | null) =>
    !values?.length || (value !== null && values.includes(value));
  return (
    source === event.source &&
    among(types, event.type) &&
    among(subtypes, event.subtype) &&
    among(bundleIds, event.bundleId) &&
    (environment === undefined || environment === event.environment) &&
    (!products?.length || productIds.some((id) => products.includes(id)))
  );
}
