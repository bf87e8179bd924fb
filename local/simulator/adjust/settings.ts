import type { Json, JsonObject } from "../core/json.ts";
import type { Route } from "../core/router.ts";
import type { AdjustApp, AdjustState } from "../world/adjust.ts";
import { readQuery } from "./body.ts";
import { refuse } from "./errors.ts";

function sectionsOf(app: AdjustApp): JsonObject {
  const store = app.platform === "ios" ? "app_store" : "google_play";
  const events = app.events.map((event): Json => ({ ...event, app_token: app.token }));
  return {
    app_info: {
      name: app.name,
      app_token: app.token,
      default_platform: app.platform,
      stores: { [store]: { store_id: app.storeId } },
    },
    events,
    ...app.settings,
  };
}

/** The settings of any app of the account, by section; `sections` repeats its key. */
export function settingsRoutes(state: () => AdjustState): Route<undefined>[] {
  return [
    {
      method: "GET",
      path: "/app-automation/app/{appToken}/settings",
      handle: (call, { appToken }) => {
        const wanted = readQuery(call, [], ["sections"]).get("sections");
        const app = state().apps.find(({ token }) => token === appToken);
        if (app === undefined) throw refuse(404, "App not found");
        const sections = Object.entries(sectionsOf(app));
        const chosen = sections.filter(([name]) => wanted === undefined || wanted.includes(name));
        return { status: 200, json: Object.fromEntries(chosen) };
      },
    },
  ];
}
