import { createBoundedMap } from "../credentials/bounded-map.ts";
import type { VerifiedChain } from "./chain.ts";
import type { SignedParts } from "./jws.ts";

/** Apple uses a handful of leaves at a time, each for months. */
const maxChains = 64;

/** A verified chain that the cache gave, or has yet to keep. */
export interface CachedChain {
  chain: VerifiedChain;
  /** Keeps it for the next payload. */
  keep(): void;
}

/**
 * Chains that were verified, by all three certificates. A chain that was pushed out is verified anew.
 *
 * Who asked says when a chain is worth keeping: once it has signed something. One chain can be written in many ways that
 * all verify, and anybody can send Apple's with nothing behind it; what Apple signed holds its certificates letter by
 * letter, so that nobody else can push a chain out.
 */
export function createChainCache(
  verify: (certificates: SignedParts["certificates"]) => VerifiedChain,
): (certificates: SignedParts["certificates"]) => CachedChain {
  const chains = createBoundedMap<VerifiedChain>(maxChains);
  return (certificates) => {
    // A comma stands in no base64.
    const key = certificates.join(",");
    const known = chains.get(key);
    if (known) return { chain: known, keep: () => undefined };
    const chain = verify(certificates);
    return { chain, keep: () => chains.set(key, chain) };
  };
}
