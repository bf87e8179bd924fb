import type { Configuration } from "./configuration.ts";
import { createCredentials, openVault } from "./credentials/index.ts";
import { type Runtime, systemRuntime } from "./runtime.ts";
import type { Services } from "./scope.ts";
import { createClient } from "./upstream/client.ts";
import { createRecentReads } from "./upstream/recent-reads.ts";
import { openConnections } from "./upstream/transport.ts";
import { createUpstream } from "./upstream/upstream.ts";

/** Puts everything together. Neither the vault nor the network is touched before the first call needs it. */
export function createServices(configuration: Configuration, runtime: Runtime = systemRuntime): Services {
  const client = createClient(openConnections());
  return {
    configuration,
    runtime,
    credentials: createCredentials({ vault: openVault(configuration.vault), runtime }),
    upstream: createUpstream({ client, runtime, origins: configuration.origins }),
    recentReads: createRecentReads(runtime),
  };
}
