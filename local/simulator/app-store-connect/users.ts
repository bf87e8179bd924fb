import type { World } from "../world/world.ts";
import { collectionDocument } from "./documents.ts";
import { forbidden } from "./errors.ts";
import { type ReadParameters, readParameters } from "./parameters.ts";
import type { ConnectRoute } from "./route.ts";

const roles = `
  ADMIN FINANCE ACCOUNT_HOLDER SALES MARKETING APP_MANAGER DEVELOPER ACCESS_TO_REPORTS CUSTOMER_SUPPORT CREATE_APPS
  CLOUD_MANAGED_DEVELOPER_ID CLOUD_MANAGED_APP_DISTRIBUTION GENERATE_INDIVIDUAL_KEYS`
  .trim()
  .split(/\s+/);

const parameters: ReadParameters = {
  filters: {
    username: { path: ["username"], match: "exact" },
    roles: { path: ["roles"], match: "exact", values: roles },
    visibleApps: { path: ["visibleApps", "id"], match: "exact" },
  },
  sort: ["username", "-username", "lastName", "-lastName"],
  fields: ["users", "apps"],
  include: ["visibleApps"],
  limit: 200,
  limits: { visibleApps: 50 },
};

/** Users, for admins only: the example of a role that does not suffice. */
export function userRoutes(world: () => World): ConnectRoute[] {
  return [
    {
      method: "GET",
      path: "/v1/users",
      handle: (call, _parameters, key) => {
        if (key.role !== "ADMIN") throw forbidden("The role of this API key does not allow reading 'users'.");
        const store = world().appStoreConnect.resources;
        return collectionDocument(call, store, store.all("users"), readParameters(call, parameters));
      },
    },
  ];
}
