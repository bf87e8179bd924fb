import type { World } from "../world/world.ts";
import { collectionDocument } from "./documents.ts";
import { readParameters } from "./parameters.ts";
import type { ConnectRoute } from "./route.ts";

/** The territories of the App Store. */
export function territoryRoutes(world: () => World): ConnectRoute[] {
  return [
    {
      method: "GET",
      path: "/v1/territories",
      handle: (call) => {
        const store = world().appStoreConnect.resources;
        const query = readParameters(call, { fields: ["territories"], limit: 200 });
        return collectionDocument(call, store, store.all("territories"), query);
      },
    },
  ];
}
