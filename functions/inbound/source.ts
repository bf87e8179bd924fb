import type { EventSource, EventTraits, RelayEvent } from "../events/event.ts";
import type { Services } from "../scope.ts";
import type { Keys } from "./keys.ts";

/** What a service sent, as it came. Nothing of it is believed yet. */
export interface Incoming {
  /** The query without the host's own parameters, in order. */
  query: readonly (readonly [string, string])[];
  header(name: string): string | undefined;
  /** The body to the byte; none of a GET. */
  bytes: Buffer;
}

/** What verifying needs. */
export interface VerifyFacts {
  services: Services;
  keys: Keys;
  signal: AbortSignal;
  /** When it came, in milliseconds since the epoch. */
  receivedAt: number;
}

/** An event that was verified. */
export interface VerifiedEvent {
  event: RelayEvent;
  traits: EventTraits;
}

/**
 * Turns what a service sent into an event. What costs nothing is looked at first: form before keys, keys before
 * signatures.
 *
 * @throws RelayError 4xx for what is no message of the service at all; SignatureFault for what is not to be believed;
 *   `key_vault_unavailable` and `not_configured` (503), so that the service sends it again.
 */
export type Verify = (incoming: Incoming, facts: VerifyFacts) => Promise<VerifiedEvent>;

/** A function that a service sends events to. */
export interface InboundFunction {
  /** Name of the function, as in logs and settings. */
  name: string;
  source: EventSource;
  route: string;
  methods: ("GET" | "POST")[];
}

/** The functions that take events. None is an operation: makers do not call them, and no key opens them. */
export const inboundFunctions: readonly InboundFunction[] = [
  {
    name: "ReceiveAppStoreNotification",
    source: "app-store-server",
    route: "events/app-store-server",
    methods: ["POST"],
  },
  {
    name: "ReceiveAppStoreConnectEvent",
    source: "app-store-connect",
    route: "events/app-store-connect",
    methods: ["POST"],
  },
  {
    name: "ReceiveAdjustCallback",
    source: "adjust",
    route: "events/adjust",
    methods: ["GET", "POST"],
  },
];
