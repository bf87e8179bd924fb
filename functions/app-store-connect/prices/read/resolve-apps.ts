import { applePattern, bundleIdPattern } from "../../../patterns.ts";
import { path } from "../../../upstream/path.ts";
import type { AppStoreConnect, Query } from "../../client.ts";
import type { PricedApp } from "../model.ts";
import { textOf } from "./resources.ts";

/** Apps that one filter names: their bundle IDs stay far below what a URL may hold. */
const chunkSize = 40;

/** From here on all apps are read: the pages of an account with a thousand apps are no more calls than the chunks. */
const maxFiltered = 5 * chunkSize;

const isAppleId = (app: string) => new RegExp(applePattern).test(app);
const isBundleId = (app: string) => new RegExp(bundleIdPattern).test(app);

/**
 * The apps of these bundle IDs and Apple IDs, compared exactly; those that are not found are not in the map. What
 * could be both is an Apple ID, where there is such an app.
 *
 * @throws RelayError as every read.
 */
export async function resolveApps(
  connect: AppStoreConnect,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, PricedApp>> {
  const found = new Map<string, PricedApp>();
  const take = (apps: readonly PricedApp[], key: "id" | "bundleId") => {
    for (const app of apps) if (wanted.has(app[key]) && !found.has(app[key])) found.set(app[key], app);
  };
  const possible = [...wanted].filter((app) => isAppleId(app) || isBundleId(app));
  if (possible.length > maxFiltered) {
    const all = await readApps(connect, {});
    take(all, "id");
    take(all, "bundleId");
    return found;
  }
  for (const ids of chunksOf(possible.filter(isAppleId))) {
    take(await readApps(connect, { "filter[id]": ids.join(",") }), "id");
  }
  const rest = possible.filter((app) => !found.has(app) && isBundleId(app));
  for (const bundleIds of chunksOf(rest)) {
    take(await readApps(connect, { "filter[bundleId]": bundleIds.join(",") }), "bundleId");
  }
  return found;
}

async function readApps(connect: AppStoreConnect, filter: Query): Promise<PricedApp[]> {
  const { data } = await connect.whole(path`/v1/apps`, { ...filter, "fields[apps]": "name,bundleId" });
  return data.map((app) => ({
    id: app.id,
    bundleId: textOf(app, "bundleId") ?? "",
    name: textOf(app, "name") ?? app.id,
  }));
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / chunkSize) }, (_, index) =>
    items.slice(index * chunkSize, (index + 1) * chunkSize),
  );
}
