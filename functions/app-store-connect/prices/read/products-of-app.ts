import { path } from "../../../upstream/path.ts";
import type { AppStoreConnect, Query } from "../../client.ts";
import type { Resource } from "../../flatten.ts";
import type { PricedApp, PricedProduct } from "../model.ts";
import { textOf } from "./resources.ts";
import { readSubscriptions } from "./subscriptions.ts";

/** Product IDs that one filter names at most, and their characters: a URL of 8,000 is taken everywhere. */
const maxFiltered = 50;
const maxFilterLength = 4_000;

/** What can be a product ID and an Apple ID. */
const onlyDigits = /^\d+$/;

/**
 * The products of an app that have one of these product IDs or Apple IDs, compared exactly: none, one, or several for
 * each that is wanted.
 *
 * Subscriptions are read only where in-app purchases have not settled it: something is missing, or it is all digits
 * and may stand for two.
 *
 * @throws RelayError as every read.
 */
export async function findProducts(
  connect: AppStoreConnect,
  app: PricedApp,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly PricedProduct[]>> {
  const found = new Map<string, PricedProduct[]>();
  const take = (product: PricedProduct) => {
    for (const key of new Set([product.productId ?? product.id, product.id])) {
      if (!wanted.has(key)) continue;
      const list = found.get(key);
      if (!list) found.set(key, [product]);
      else if (!list.some(({ id }) => id === product.id)) list.push(product);
    }
  };
  for (const product of await readInAppPurchases(connect, app, filterOf(wanted))) take(product);
  const settled = [...wanted].every((key) => found.has(key) && !onlyDigits.test(key));
  if (!settled) for (const product of await readSubscriptionsOf(connect, app)) take(product);
  return found;
}

/** Every in-app purchase of an app, or those that a filter pre-selects. */
export async function readInAppPurchases(
  connect: AppStoreConnect,
  app: PricedApp,
  filter: Query = {},
): Promise<PricedProduct[]> {
  const { data } = await connect.whole(path`/v1/apps/${app.id}/inAppPurchasesV2`, {
    ...filter,
    "fields[inAppPurchases]": "name,productId,inAppPurchaseType,state",
  });
  return data.map((item) => {
    const type = textOf(item, "inAppPurchaseType");
    return { kind: "in-app-purchase", ...common(app, item), ...(type !== undefined && { type }) };
  });
}

/** Every subscription of an app. */
export async function readSubscriptionsOf(
  connect: AppStoreConnect,
  app: PricedApp,
): Promise<PricedProduct[]> {
  const all = await readSubscriptions(connect, app.id, "name,productId,state");
  return all.map(({ subscription }) => ({ kind: "subscription", ...common(app, subscription) }));
}

function common(app: PricedApp, item: Resource): Omit<PricedProduct, "kind"> {
  const productId = textOf(item, "productId");
  const state = textOf(item, "state");
  return {
    id: item.id,
    app,
    name: textOf(item, "name") ?? productId ?? item.id,
    ...(productId !== undefined && { productId }),
    ...(state !== undefined && { state }),
  };
}

/** Apple's filter for them, or none where it cannot name them all: it knows product IDs alone, and splits at commas. */
function filterOf(wanted: ReadonlySet<string>): Query {
  const all = [...wanted];
  const text = all.join(",");
  const usable = all.every(
    (key) => /^[\x21-\x7e]+$/.test(key) && !key.includes(",") && !onlyDigits.test(key),
  );
  const short = all.length <= maxFiltered && text.length <= maxFilterLength;
  return usable && short ? { "filter[productId]": text } : {};
}
