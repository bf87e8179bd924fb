import { randomBytes } from "node:crypto";
import type { JsonObject } from "../core/json.ts";
import type { Route } from "../core/router.ts";
import type { AdjustApp, AdjustState } from "../world/adjust.ts";
import { type MemberRule, objectOf, readBody, readQuery, stringOf, stringsOf } from "./body.ts";
import { invalid, refuse } from "./errors.ts";
import { migrate } from "./migration.ts";
import { setupErrors } from "./setup.ts";
import { queueJob } from "./tickets.ts";

const upsertMembers: Readonly<Record<string, MemberRule>> = {
  store_id: { type: "string", required: true },
  platform: { type: "string", required: true },
  bundle_id: { type: "string", required: true },
  name: { type: "string", required: true },
  template_app_token: { type: "string" },
  sections: { type: "strings" },
  force_update: { type: "boolean" },
  channel_setup: { type: "object" },
  override_settings: { type: "object" },
  editors: { type: "strings" },
  ios_pv_shared_secret: { type: "string" },
  verification: { type: "boolean" },
};

const updateMembers: Readonly<Record<string, MemberRule>> = {
  name: { type: "string", required: true },
  store_id: { type: "string" },
  bundle_id: { type: "string" },
};

function shown(app: AdjustApp): JsonObject {
  return {
    name: app.name,
    store_id: app.storeId,
    platform: app.platform,
    adjust_app_token: app.token,
    additional_info: { overrides: app.overrideSettings },
    channel_setup: app.channelSetup,
    cross_promo_token: app.crossPromoToken,
  };
}

function platformOf(value: string | undefined): AdjustApp["platform"] {
  if (value === "android" || value === "ios") return value;
  throw invalid({ platform: "must be android or ios" });
}

/** 12 characters, as most documents show tokens. */
function newToken(): string {
  return randomBytes(6).toString("hex");
}

/** Takes over what the body says. @returns whether something changed that makes Adjust queue a job. */
function update(app: AdjustApp, body: JsonObject): boolean {
  const before = JSON.stringify([app.channelSetup, app.overrideSettings, app.editors, app.sharedSecret]);
  app.name = stringOf(body, "name") ?? app.name;
  app.bundleId = stringOf(body, "bundle_id") ?? app.bundleId;
  // Sent values replace what was there as a whole: Adjust does not merge.
  app.channelSetup = objectOf(body, "channel_setup") ?? app.channelSetup;
  app.overrideSettings = objectOf(body, "override_settings") ?? app.overrideSettings;
  app.editors = stringsOf(body, "editors") ?? app.editors;
  const secret = stringOf(body, "ios_pv_shared_secret");
  if (secret !== undefined) app.sharedSecret = secret;
  return JSON.stringify([app.channelSetup, app.overrideSettings, app.editors, app.sharedSecret]) !== before;
}

function upsert(
  state: AdjustState,
  body: JsonObject,
  nowMs: number,
): { app: AdjustApp; ticket: string | null } {
  const platform = platformOf(stringOf(body, "platform"));
  const storeId = stringOf(body, "store_id") ?? "";
  if (platform === "ios" && !/^\d+$/.test(storeId)) throw invalid({ store_id: "must be digits for ios" });
  if (platform === "android" && /^\d+$/.test(storeId))
    throw invalid({ store_id: "must be a bundle id for android" });
  const errors = setupErrors(body, platform);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const templateToken = stringOf(body, "template_app_token");
  if (templateToken !== undefined && !state.apps.some(({ token }) => token === templateToken))
    throw invalid({ template_app_token: "names no app" });
  const found = state.apps.find((known) => known.storeId === storeId && known.platform === platform);
  const token = newToken();
  const app: AdjustApp = found ?? {
    token,
    name: "",
    storeId,
    bundleId: "",
    platform,
    channelSetup: {},
    overrideSettings: {},
    editors: [],
    crossPromoToken: token.slice(0, 7),
    skAppId: platform === "ios" ? String(86_000_000_000 + state.apps.length) : null,
    createdAt: nowMs,
    madeByApi: true,
    events: [],
    settings: {},
  };
  const changed = update(app, body);
  if (found === undefined) state.apps.push(app);
  // An app of the dashboard can be read through this API once it was updated through it.
  app.madeByApi = true;
  const queue = found === undefined || changed || body.force_update === true;
  return { app, ticket: queue ? queueJob(state, "migration", migrate(state, app, body)) : null };
}

function dateOf(values: ReadonlyMap<string, string[]>, name: string): number | undefined {
  const value = values.get(name)?.[0];
  if (value === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
  if (Number.isNaN(time)) throw invalid({ [name]: "must be an ISO 8601 date" });
  return time;
}

/** Apps of App Automation: only those made or updated through this API can be read. */
export function appRoutes(state: () => AdjustState): Route<undefined>[] {
  const readable = () => state().apps.filter(({ madeByApi }) => madeByApi);
  return [
    {
      method: "POST",
      path: "/app-automation/app",
      handle: (call) => {
        readQuery(call, []);
        const { app, ticket } = upsert(state(), readBody(call, upsertMembers), call.nowMs);
        const names = { name: app.name, bundle_id: app.bundleId, store_id: app.storeId };
        return {
          status: 200,
          json: { adjust_app_token: app.token, ...names, ticket_token: ticket, sk_app_id: app.skAppId },
        };
      },
    },
    {
      method: "GET",
      path: "/app-automation/app",
      handle: (call) => {
        const query = readQuery(call, ["store_id", "platform"]);
        const storeId = query.get("store_id")?.[0];
        if (storeId === undefined || storeId === "") throw invalid({ store_id: "is required" });
        const platform = platformOf(query.get("platform")?.[0]);
        const app = readable().find((known) => known.storeId === storeId && known.platform === platform);
        if (app === undefined) throw refuse(404, "App not found");
        return { status: 200, json: shown(app) };
      },
    },
    {
      method: "GET",
      path: "/app-automation/apps/list",
      handle: (call) => {
        const query = readQuery(call, ["start_date", "end_date"]);
        const start = dateOf(query, "start_date") ?? Number.NEGATIVE_INFINITY;
        const end = dateOf(query, "end_date") ?? Number.POSITIVE_INFINITY;
        const apps = readable().filter(({ createdAt }) => createdAt >= start && createdAt <= end);
        return { status: 200, json: apps.map(({ name, token }) => ({ name, token })) };
      },
    },
    {
      method: "GET",
      path: "/app-automation/app/{appToken}",
      handle: (call, { appToken }) => {
        readQuery(call, []);
        const app = readable().find(({ token }) => token === appToken);
        if (app === undefined) throw refuse(404, "App not found");
        return { status: 200, json: shown(app) };
      },
    },
    {
      method: "POST",
      path: "/app-automation/app/{appToken}",
      handle: (call, { appToken }) => {
        readQuery(call, []);
        const body = readBody(call, updateMembers);
        const app = state().apps.find(({ token }) => token === appToken);
        if (app === undefined) throw refuse(404, "App not found");
        app.storeId = stringOf(body, "store_id") ?? app.storeId;
        update(app, body);
        const ticket = queueJob(state(), "update_app", {
          result: { app: { successes: [app.name], failures: [] } },
        });
        return { status: 200, json: { store_id: app.storeId, name: app.name, ticket_token: ticket } };
      },
    },
  ];
}
