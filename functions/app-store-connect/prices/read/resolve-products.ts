import { eachOf } from "../../../credentials/each-of.ts";
import type { ItemError } from "../../../jobs/item.ts";
import type { PricedProduct } from "../model.ts";
import { findProducts } from "./products-of-app.ts";
import type { PriceReader } from "./reader.ts";
import { resolveApps } from "./resolve-apps.ts";

/** What a row of a plan names. */
export interface ProductWish {
  /** Bundle ID or Apple ID. */
  app: string;
  /** Product ID or Apple ID of an in-app purchase or a subscription of that app; absent: the app itself. */
  product?: string;
}

/** The product, or why there is none: `app_not_found`, `product_not_found` or `ambiguous_product`. */
export type ResolvedProduct = { product: PricedProduct } | { error: ItemError };

/**
 * Finds what each row names, in the order of the rows, with as few calls as possible: those for the apps together,
 * and one or some for each app of which products are named. Apple's filters only pre-select; what is found is
 * compared exactly, upper and lower case included.
 *
 * @throws RelayError as every read.
 */
export async function resolveProducts(
  { connect }: PriceReader,
  wishes: readonly ProductWish[],
): Promise<ResolvedProduct[]> {
  const apps = await resolveApps(connect, new Set(wishes.map(({ app }) => app)));
  // By Apple ID: some rows may name the app by that, and others by its bundle ID.
  const wanted = new Map<string, Set<string>>();
  for (const { app, product } of wishes) {
    const found = apps.get(app);
    if (!found || product === undefined) continue;
    const products = wanted.get(found.id);
    if (products) products.add(product);
    else wanted.set(found.id, new Set([product]));
  }
  const byId = new Map([...apps.values()].map((app) => [app.id, app]));
  const products = new Map<string, ReadonlyMap<string, readonly PricedProduct[]>>();
  // One that fails ends the whole: the others are not to go on asking for an answer that nobody waits for.
  const stop = new AbortController();
  await eachOf([...wanted], wanted.size, stop.signal, async ([id, names]) => {
    const app = byId.get(id);
    if (!app) return;
    try {
      products.set(id, await findProducts(connect, app, names));
    } catch (error) {
      stop.abort();
      throw error;
    }
  });
  return wishes.map(({ app, product }): ResolvedProduct => {
    const found = apps.get(app);
    if (!found) return { error: appNotFound(app) };
    if (product === undefined) {
      return { product: { kind: "app", id: found.id, app: found, name: found.name } };
    }
    const [only, ...others] = products.get(found.id)?.get(product) ?? [];
    if (!only) return { error: productNotFound(product, found.bundleId) };
    return others.length === 0 ? { product: only } : { error: ambiguous(product, [only, ...others]) };
  });
}

function appNotFound(app: string): ItemError {
  return {
    code: "app_not_found",
    message: `There is no app with the bundle ID or Apple ID ${shown(app)}.`,
    hint: "Check its spelling, upper and lower case included, and that the credential may see the app.",
    details: [{ field: "app", message: "names no app." }],
  };
}

function productNotFound(product: string, bundleId: string): ItemError {
  return {
    code: "product_not_found",
    message: `The app ${bundleId} has no in-app purchase or subscription with the product ID or Apple ID ${shown(product)}.`,
    hint: "Check its spelling, upper and lower case included. Leave the product out for the app itself.",
    details: [{ field: "product", message: "names no product of the app." }],
  };
}

function ambiguous(product: string, hits: readonly PricedProduct[]): ItemError {
  const names = hits.map(({ id, productId }) => `${productId ?? id} (Apple ID ${id})`).join(" and ");
  return {
    code: "ambiguous_product",
    message: `${shown(product)} stands for several products: ${names}.`,
    hint: "Name the one that is meant by its other ID.",
    details: [{ field: "product", message: "stands for several products." }],
  };
}

/** A caller's text within a message: of any length there. */
function shown(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
