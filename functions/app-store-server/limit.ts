import type { PublishedLimit } from "../upstream/budget.ts";
import type { Environment } from "./environment.ts";

/**
 * The rate that Apple publishes for an endpoint, which its answers do not state. It counts per app; the sandbox allows
 * a tenth, and less than one call a second there is one call in several. Source: Apple, "Identifying rate limits".
 *
 * @param perSecond calls a second in production.
 */
export function endpointLimit(
  facts: { environment: Environment; bundleId: string; endpoint: string },
  perSecond: number,
): PublishedLimit {
  const { environment, bundleId, endpoint } = facts;
  const name = `app-store-server ${environment} ${bundleId} ${endpoint}`;
  const rate = environment === "Sandbox" ? perSecond / 10 : perSecond;
  return rate < 1
    ? { name, windowMs: Math.ceil(1_000 / rate), limit: 1 }
    : { name, windowMs: 1_000, limit: Math.floor(rate) };
}
