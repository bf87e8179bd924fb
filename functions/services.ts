import { createWebhookGenerations } from "./app-store-connect/webhooks/generations.ts";
import type { Configuration } from "./configuration.ts";
import { createCredentials, openVault } from "./credentials/index.ts";
import { createSubscriptionStore } from "./events/subscription-store.ts";
import { createEventStore } from "./events/table-store.ts";
import { createJobStore } from "./jobs/table-store.ts";
import { operationIndex } from "./operation-index.ts";
import { type Runtime, systemRuntime } from "./runtime.ts";
import type { Services } from "./scope.ts";
import { createSignedPayloads } from "./signed-payloads/index.ts";
import { openStorage } from "./storage/open-storage.ts";
import { createPacer } from "./upstream/budget.ts";
import { createClient } from "./upstream/client.ts";
import { createRecentReads } from "./upstream/recent-reads.ts";
import { createResponder } from "./upstream/responder.ts";
import { openConnections } from "./upstream/transport.ts";
import { createUpstream } from "./upstream/upstream.ts";

/** Puts everything together. Neither vault, storage nor network is touched before the first call needs it. */
export function createServices(configuration: Configuration, runtime: Runtime = systemRuntime): Services {
  const client = createClient(openConnections());
  const { ocsp } = configuration;
  const storage = openStorage(configuration.storage);
  return {
    configuration,
    runtime,
    credentials: createCredentials({ vault: openVault(configuration.vault), runtime }),
    upstream: createUpstream({
      client,
      runtime,
      origins: configuration.origins,
      pacer: createPacer(runtime, configuration.interactiveShare),
    }),
    signedPayloads: createSignedPayloads({
      fingerprints: configuration.appleRoots,
      runtime,
      revocation: ocsp && { mode: ocsp.mode, ask: createResponder({ client, runtime, origin: ocsp.origin }) },
    }),
    jobOperations: {
      async get(id) {
        const operation = await operationIndex.find((entry) => entry.id === id)?.load();
        if (operation?.kind !== "typed" || !operation.job) return undefined;
        return { kind: operation.job, credentials: operation.credentials };
      },
    },
    jobs: createJobStore(storage, runtime),
    events: createEventStore(storage, runtime, configuration.events.retentionDays),
    subscriptions: createSubscriptionStore(storage),
    webhookGenerations: createWebhookGenerations(storage, runtime),
    recentReads: createRecentReads(runtime),
  };
}
