import type { JsonObject } from "../core/json.ts";

/** What callers have written to one environment of the App Store Server API, for tests to look at. */
export interface ServerWrites {
  /** IDs of transactions that were finished. */
  finished: Set<string>;
  /** Consumption as it was sent last, by transaction ID. */
  consumption: Map<string, JsonObject>;
  /** Times at which subscriptions were extended, in milliseconds, by original transaction ID. */
  extensions: Map<string, number[]>;
  /** Extensions for all subscribers, by bundle ID, product ID and request identifier with spaces between them. */
  massExtensions: Map<string, { requestedAt: number; asked: number; days: number }>;
  /** What Advanced Commerce was asked last, by the original transaction ID of its subscriptions. */
  advancedCommerce: Map<string, { what: string; body: JsonObject }>;
  /** Reports of external purchases, by bundle ID and request identifier with a space between them. */
  externalPurchases: Map<string, { bundleId: string; lineItemIds: string[]; report: JsonObject }>;
  /** Addresses for retention messages, by bundle ID. */
  realtimeUrls: Map<string, string>;
  /** What customers are shown before they cancel, by bundle ID and identifier with a space between them. */
  retention: {
    images: Map<string, { size: string; state: string }>;
    messages: Map<string, { body: JsonObject; state: string }>;
    /** Identifiers of messages, by bundle ID, product ID and locale. */
    defaults: Map<string, string>;
    /** Tests of the address, by request ID, with how often each was asked about. */
    performanceTests: Map<string, { bundleId: string; target: string; asked: number }>;
    /** Whether an address is taken only after a test that passed, as in production at Apple. */
    testNeeded: boolean;
  };
  /** Reference IDs that Advanced Commerce has seen. */
  referenceIds: Set<string>;
  /** Times that a mass extension is asked about before it is complete. */
  asksUntilComplete: number;
}

export function createServerWrites(): ServerWrites {
  return {
    finished: new Set(),
    consumption: new Map(),
    extensions: new Map(),
    massExtensions: new Map(),
    advancedCommerce: new Map(),
    externalPurchases: new Map(),
    realtimeUrls: new Map(),
    retention: {
      images: new Map(),
      messages: new Map(),
      defaults: new Map(),
      performanceTests: new Map(),
      testNeeded: false,
    },
    referenceIds: new Set(),
    asksUntilComplete: 2,
  };
}
