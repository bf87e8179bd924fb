import { createBoundedMap } from "../credentials/bounded-map.ts";
import type { VerifiedChain } from "./chain.ts";
import type { SignedParts } from "./jws.ts";

/**
 * Apple uses a handful of leaves at a time, each for months. What is not verified is never kept, so that nobody can push
 * a good chain out with bad ones.
 */
const maxChains = 64;

/** Chains that were verified, by all three certificates. A chain that was pushed out is verified anew. */
export function createChainCache(verify: (certificates: SignedParts["certificates"]) => VerifiedChain) {
  const chains = createBoundedMap<VerifiedChain>(maxChains);
  return (certificates: SignedParts["certificates"]): VerifiedChain => {
    // A comma stands in no base64.
    const key = certificates.join(",");
    const known = chains.get(key);
    if (known) return known;
    const chain = verify(certificates);
    chains.set(key, chain);
    return chain;
  };
}
