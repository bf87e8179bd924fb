import type { Call } from "../../core/call.ts";
import type { Reply } from "../../core/reply.ts";
import { automaticPrices } from "../../world/prices/automatic.ts";
import { scheduleOf } from "../../world/prices/state.ts";
import type { Resource } from "../../world/resources.ts";
import type { World } from "../../world/world.ts";
import { collectionDocument, instanceDocument } from "../documents.ts";
import { noResource } from "../errors.ts";
import { type FilterRule, type ReadParameters, type ReadQuery, readParameters } from "../parameters.ts";
import type { ConnectRoute } from "../route.ts";
import { appPrices, inAppPurchasePrices, type ScheduleKind } from "./kinds.ts";
import { findItem, priceLookup, priceResource } from "./resources.ts";
import { writeSchedule } from "./write-schedule.ts";

function manualOf(world: World, kind: ScheduleKind, item: string): Resource[] {
  const { prices } = world.appStoreConnect;
  const manual = scheduleOf(prices, item)?.manual ?? [];
  return manual.map((price) => priceResource(prices, kind, item, price, true));
}

function automaticOf(world: World, kind: ScheduleKind, item: string): Resource[] {
  const { prices } = world.appStoreConnect;
  const schedule = scheduleOf(prices, item);
  if (schedule === null) return [];
  return automaticPrices(prices.tables, schedule).map((price) =>
    priceResource(prices, kind, item, price, false),
  );
}

/** The schedule of an item, whose id is the item's. One that was never set is answered all the same, and is empty. */
export function scheduleDocument(
  call: Call,
  world: World,
  kind: ScheduleKind,
  item: string,
  query: ReadQuery,
): Reply {
  const manual = query.include.has("manualPrices") ? manualOf(world, kind, item) : [];
  // A price for every territory: made only for who asks.
  const automatic = query.include.has("automaticPrices") ? automaticOf(world, kind, item) : [];
  const base = scheduleOf(world.appStoreConnect.prices, item)?.baseTerritory;
  const schedule: Resource = {
    type: kind.schedules,
    id: item,
    attributes: {},
    relationships: {
      ...(kind.items === "apps" && { app: item }),
      ...(base !== undefined && { baseTerritory: base }),
      manualPrices: manual.map(({ id }) => id),
      automaticPrices: automatic.map(({ id }) => id),
    },
  };
  return instanceDocument(call, priceLookup(world, [...manual, ...automatic]), schedule, query);
}

function scheduleRoutes(world: () => World, kind: ScheduleKind, ofItem: string): ConnectRoute[] {
  const { points, prices, schedules } = kind;
  const own = kind.items === "apps" ? ["app"] : [];
  const fieldsOfApp = kind.items === "apps" ? ["apps"] : [];
  const instance: ReadParameters = {
    include: [...own, "baseTerritory", "manualPrices", "automaticPrices"],
    fields: [schedules, prices, "territories", ...fieldsOfApp],
    limits: { manualPrices: 50, automaticPrices: 50 },
  };
  const days: Readonly<Record<string, FilterRule>> =
    kind.items === "apps"
      ? {
          startDate: { path: ["startDate"], match: "exact" },
          endDate: { path: ["endDate"], match: "exact" },
        }
      : {};
  const list: ReadParameters = {
    include: [kind.pointOfPrice, "territory"],
    fields: [prices, points, "territories"],
    filters: { territory: { path: ["territory", "id"], match: "exact" }, ...days },
    limit: 200,
  };
  /** @throws Refused 404 as Apple has it for an item without a schedule. */
  const withSchedule = (id = "") => {
    const item = findItem(world(), kind, id).id;
    const schedule = scheduleOf(world().appStoreConnect.prices, item);
    if (schedule === null) throw noResource("null", item);
    return { item, schedule };
  };
  const read = (path: string): ConnectRoute => ({
    method: "GET",
    path,
    handle: (call, { id }) => {
      const query = readParameters(call, instance);
      return scheduleDocument(call, world(), kind, findItem(world(), kind, id).id, query);
    },
  });
  const readPrices = (name: string, of: typeof manualOf): ConnectRoute => ({
    method: "GET",
    path: `/v1/${schedules}/{id}/${name}`,
    handle: (call, { id }) => {
      const query = readParameters(call, list);
      const { item } = withSchedule(id);
      return collectionDocument(call, priceLookup(world()), of(world(), kind, item), query);
    },
  });
  return [
    read(ofItem),
    read(`/v1/${schedules}/{id}`),
    readPrices("manualPrices", manualOf),
    readPrices("automaticPrices", automaticOf),
    {
      method: "GET",
      path: `/v1/${schedules}/{id}/baseTerritory`,
      handle: (call, { id }) => {
        const query = readParameters(call, { fields: ["territories"] });
        const { baseTerritory } = withSchedule(id).schedule;
        const { resources } = world().appStoreConnect;
        const territory = resources.get("territories", baseTerritory);
        if (territory === undefined) throw noResource("territories", baseTerritory);
        return instanceDocument(call, resources, territory, query);
      },
    },
    {
      method: "POST",
      path: `/v1/${schedules}`,
      handle: (call) => {
        const query = readParameters(call, {});
        const item = writeSchedule(call, world(), kind);
        return { ...scheduleDocument(call, world(), kind, item, query), status: 201 };
      },
    },
  ];
}

/** Price schedules of apps and of in-app purchases. */
export function priceScheduleRoutes(world: () => World): ConnectRoute[] {
  return [
    ...scheduleRoutes(world, appPrices, "/v1/apps/{id}/appPriceSchedule"),
    ...scheduleRoutes(world, inAppPurchasePrices, "/v2/inAppPurchases/{id}/iapPriceSchedule"),
  ];
}
