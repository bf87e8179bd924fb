import type { Resource, ResourceStore } from "../resources.ts";

/** Apple ID of the first product that is added; far from those of the default world. */
const firstId = 6_800_000_001;

/**
 * Adds consumables to an app, named in a row, without localizations and availability so that 10,000 stay small. Each
 * has the default price of its id.
 *
 * @returns their Apple IDs.
 * @throws Error for an app that does not exist.
 */
export function addProducts(resources: ResourceStore, appId: string, count: number): string[] {
  const app = resources.get("apps", appId);
  if (app === undefined) throw new Error(`There is no app ${appId}.`);
  let id = firstId;
  while (resources.get("inAppPurchases", String(id)) !== undefined) id += 1;
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const number = id - firstId + 1 + index;
    const product: Resource = {
      type: "inAppPurchases",
      id: String(id + index),
      attributes: {
        name: `Product ${number}`,
        productId: `${String(app.attributes.bundleId)}.product.${number}`,
        inAppPurchaseType: "CONSUMABLE",
        state: "APPROVED",
        familySharable: false,
        contentHosting: false,
      },
      relationships: {},
    };
    resources.put(product);
    ids.push(product.id);
  }
  const present = app.relationships.inAppPurchasesV2 ?? [];
  app.relationships.inAppPurchasesV2 = [...(typeof present === "string" ? [present] : present), ...ids];
  return ids;
}
