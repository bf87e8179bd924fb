import type { Territory } from "../model.ts";

/** Where Apple's own tools start from, and where amounts of a subscription are named when nothing says otherwise. */
const usual: Territory = "USA";

/**
 * The territory whose currency a price for all territories (`*`) is in. A subscription has no base territory, so it is
 * USA, unless the subscription is sold in one other territory only: then it is that one.
 *
 * @returns undefined where neither holds: the territory must be named.
 */
export function referenceTerritory(
  prices: readonly { readonly territory: Territory }[],
): Territory | undefined {
  const [first, ...others] = new Set(prices.map(({ territory }) => territory));
  if (first === undefined || first === usual || others.includes(usual)) return usual;
  return others.length === 0 ? first : undefined;
}
