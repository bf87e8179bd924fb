import { randomUUID } from "node:crypto";
import type { AdjustApp } from "../world/adjust.ts";
import type { World } from "../world/world.ts";

/** An activity that Adjust calls back for. What is left out is chosen from the world. */
export interface Activity {
  /** Adjust's word for it: install, session, event, reattribution, uninstall, … */
  activityKind: string;
  appToken: string;
  /** Token or name of an event of the app. */
  event?: string;
  environment: "production" | "sandbox";
  /** When it happened, in milliseconds. */
  at: number;
  /** Further values, and others in place of these, by Adjust's names of placeholders. */
  values: Readonly<Record<string, string>>;
}

/**
 * What placeholders stand for in the callback of an activity, by Adjust's names. Source: Adjust, "Recommended
 * placeholders".
 *
 * @throws RangeError for an app or an event that does not exist.
 */
export function placeholderValues({ adjust }: World, activity: Activity): Record<string, string> {
  const { activityKind, appToken, environment, at } = activity;
  const app = adjust.apps.find(({ token }) => token === appToken);
  if (app === undefined) {
    const tokens = adjust.apps.map(({ token }) => token).join(", ");
    throw new RangeError(`There is no app ${appToken}; known are ${tokens}.`);
  }
  const device = adjust.devices.devices.find((one) => one.appToken === appToken && !one.optedOut);
  const seconds = String(Math.floor(at / 1000));
  return {
    activity_kind: activityKind,
    app_token: appToken,
    app_id: app.storeId,
    app_name: app.name,
    environment,
    created_at: seconds,
    created_at_milli: String(at),
    installed_at: seconds,
    store: app.platform === "ios" ? "itunes" : "google",
    os_name: app.platform,
    country: "us",
    network_name: "Organic",
    is_organic: "1",
    adid: device?.adid ?? "",
    // Another one for each callback.
    nonce: randomUUID().replaceAll("-", ""),
    ...device?.ids,
    ...eventValues(app, activity),
    ...activity.values,
  };
}

function eventValues(app: AdjustApp, { activityKind, event }: Activity): Record<string, string> {
  if (activityKind !== "event" && event === undefined) return {};
  const found = app.events.find(
    ({ token, name }) => event === undefined || token === event || name === event,
  );
  if (found) return { event: found.token, event_name: found.name };
  const names = app.events.map(({ name }) => name).join(", ") || "none";
  throw new RangeError(`${app.token} has no event ${event ?? ""}; its events: ${names}.`);
}

/** The URL that is called: each placeholder becomes its value, encoded, or nothing where there is none. */
export function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

/** Placeholders of the URL that the demo has at Adjust, by the names of the parameters that they fill. */
export const demoParameters = [
  "activity_kind",
  "event",
  "event_name",
  "app_token",
  "app_id",
  "app_name",
  "environment",
  "created_at",
  "adid",
  "idfa",
  "network_name",
  "country",
  "revenue",
  "currency",
  "nonce",
]
  .map((name) => `${name}={${name}}`)
  .join("&");
