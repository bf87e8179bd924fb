import type { CallbackSender } from "../callbacks/sender.ts";
import { parseJson } from "../core/json.ts";
import { Refused } from "../core/reply.ts";
import type { Route } from "../core/router.ts";
import type { SimulatorKeys } from "../keys.ts";
import type { AdjustState } from "../world/adjust.ts";
import { s2sTokenFault } from "./authenticate.ts";
import { refuse } from "./errors.ts";
import { readForm } from "./form.ts";

const deviceIds = [
  "idfa",
  "idfv",
  "gps_adid",
  "android_id",
  "fire_adid",
  "oaid",
  "web_uuid",
  "win_adid",
  "adid",
];

/** Kinds of device ID that can be erased. */
const erasableIds = ["idfa", "idfv", "gps_adid", "fire_adid", "win_adid", "adid"];

const eventFields = [
  "s2s",
  "app_token",
  "event_token",
  "created_at_unix",
  "ip_address",
  "user_agent",
  "callback_params",
  "partner_params",
  "revenue",
  "currency",
  "environment",
];

/** Milliseconds. */
const minute = 60_000;
const day = 86_400_000;

/** Events older than this are dropped. */
const oldestMs = 58 * day;

const maxRevenue = 100_000_000_000;

function failed(status: number, reason: string): Refused {
  return new Refused({ status, json: { error: `Event request failed (${reason})` } }, reason);
}

function isTexts(text: string): boolean {
  const value = parseJson(text);
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((member) => typeof member === "string")
  );
}

/**
 * The server-to-server services: events, which are called back for like those of an app, and erasure, each with the token
 * of one app. A wrong token is a 202.
 */
export function s2sRoutes(
  state: () => AdjustState,
  keys: () => SimulatorKeys,
  callbacks: CallbackSender,
): Route<undefined>[] {
  return [
    {
      method: "POST",
      path: "/event",
      handle: (call) => {
        const form = readForm(call);
        const field = (name: string) => form.get(name) ?? "";
        const appToken = field("app_token");
        const app = state().apps.find(({ token }) => token === appToken);
        if (app === undefined) throw failed(404, "App token not found");
        const fault = s2sTokenFault(call, appToken, keys());
        if (fault !== undefined) throw new Refused({ status: 202, json: { error: fault } }, fault);
        const unknown = [...form.keys()].find(
          (name) => !eventFields.includes(name) && !deviceIds.includes(name),
        );
        // The real service passes over fields that it does not know; a test wants to hear of them.
        if (unknown !== undefined) throw failed(400, `Unknown parameter ${unknown}`);
        if (field("s2s") !== "1") throw failed(400, "Bad event state");
        const event = app.events.find(({ token }) => token === field("event_token"));
        if (event === undefined) throw failed(400, "Invalid event token");
        for (const name of ["callback_params", "partner_params"])
          if (form.has(name) && !isTexts(field(name))) throw failed(400, "Invalid callback parameters");
        const revenue = Number(form.get("revenue") ?? 1);
        if (!(revenue >= 0.001 && revenue <= maxRevenue)) throw failed(400, "Invalid revenue");
        const created = Number(form.get("created_at_unix") ?? Math.floor(call.nowMs / 1000));
        if (!Number.isInteger(created) || created * 1000 < call.nowMs - oldestMs)
          throw failed(400, "Bad event state");
        const device = state().devices.devices.find(
          (one) =>
            one.appToken === appToken &&
            (one.adid === form.get("adid") ||
              Object.entries(one.ids).some(([kind, id]) => form.get(kind) === id)),
        );
        if (device === undefined) throw failed(404, "Device not found");
        if (device.optedOut) throw failed(451, "Device is opted out");
        const { s2sEvents } = state().devices;
        const again = s2sEvents.some((sent) => sent.event_token === event.token && sent.adid === device.adid);
        if (event.unique && again) throw failed(400, "Ignoring event, earlier unique event tracked");
        s2sEvents.push({ ...Object.fromEntries(form), adid: device.adid });
        callbacks.tell({
          activityKind: "event",
          appToken,
          event: event.token,
          environment: field("environment") === "sandbox" ? "sandbox" : "production",
          at: created * 1000,
          values: {
            ...device.ids,
            adid: device.adid,
            revenue: field("revenue"),
            currency: field("currency"),
          },
        });
        return { status: 200, json: { status: "OK" } };
      },
    },
    {
      method: "POST",
      path: "/gdpr_forget_device",
      handle: (call) => {
        const query = new Map(call.query);
        const appToken = query.get("app_token") ?? "";
        const ids = [...query].filter(([name]) => erasableIds.includes(name));
        const [id] = ids;
        const known = query.size === call.query.length && query.size === ids.length + 2;
        if (id === undefined || ids.length > 1 || !known || query.get("s2s") !== "1")
          throw refuse(400, "Bad request format");
        const app = state().apps.find(({ token }) => token === appToken);
        if (app === undefined || s2sTokenFault(call, appToken, keys()) !== undefined)
          throw refuse(400, "Bad token");
        const { devices, erasures, erasuresPerMinute } = state().devices;
        const recent = erasures.filter((one) => one.appToken === appToken && one.at > call.nowMs - minute);
        if (recent.length >= erasuresPerMinute) throw refuse(429, "Too many requests");
        erasures.push({ appToken, at: call.nowMs });
        const [kind, value] = id;
        const index = devices.findIndex(
          (one) => one.appToken === appToken && (kind === "adid" ? one.adid : one.ids[kind]) === value,
        );
        if (devices[index]?.optedOut) throw refuse(451, "Unavailable for legal reasons");
        if (index >= 0) devices.splice(index, 1);
        return { status: 200 };
      },
    },
  ];
}
