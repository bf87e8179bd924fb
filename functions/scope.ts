import type { WebhookGenerations } from "./app-store-connect/webhooks/generations.ts";
import type { Configuration } from "./configuration.ts";
import type { Credentials } from "./credentials/index.ts";
import type { EventStore } from "./events/store.ts";
import type { SubscriptionStore } from "./events/subscription-store.ts";
import type { JobOperations } from "./jobs/kind.ts";
import type { JobStore } from "./jobs/store.ts";
import type { Runtime } from "./runtime.ts";
import type { SignedPayloads } from "./signed-payloads/index.ts";
import type { Deadline } from "./upstream/deadline.ts";
import type { RecentReads } from "./upstream/recent-reads.ts";
import type { Upstream } from "./upstream/upstream.ts";

/** What lives as long as the process and serves every call. */
export interface Services {
  readonly configuration: Configuration;
  readonly runtime: Runtime;
  readonly credentials: Credentials;
  readonly upstream: Upstream;
  /** Verification of what Apple signs. */
  readonly signedPayloads: SignedPayloads;
  /** Work that outlives its call. */
  readonly jobs: JobStore;
  /** What carries out the items of a job, by the operation that started it. */
  readonly jobOperations: JobOperations;
  /** What Apple and Adjust have sent in. */
  readonly events: EventStore;
  /** Flows that are told of it. */
  readonly subscriptions: SubscriptionStore;
  /** Which secrets of App Store Connect's webhooks still count. */
  readonly webhookGenerations: WebhookGenerations;
  /** What polls have read a moment ago. */
  readonly recentReads: RecentReads;
}

/** What belongs to one call. */
export interface Scope extends Services {
  /** Operation being run. */
  readonly operationId: string;
  /** Value of the caller's `credential`, checked. */
  readonly credentialName: string | undefined;
  readonly correlationId: string;
  /** The one total deadline of the call. */
  readonly deadline: Deadline;
  /** Origin that absolute URLs of ours start with, such as `https://relay.example.com`. */
  readonly origin: string;
}
