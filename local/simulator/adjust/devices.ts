import { textReply } from "../core/reply.ts";
import type { Route } from "../core/router.ts";
import type { AdjustState } from "../world/adjust.ts";
import { readQuery } from "./body.ts";
import { invalid, refuse } from "./errors.ts";
import { readForm } from "./form.ts";

/** The device service: what is known of a device, and forgetting one. */
export function deviceRoutes(state: () => AdjustState): Route<undefined>[] {
  return [
    {
      method: "GET",
      path: "/device_service/api/v2/inspect_device",
      handle: (call) => {
        const query = readQuery(call, ["app_token", "advertising_id"]);
        const appToken = query.get("app_token")?.[0] ?? "";
        const id = query.get("advertising_id")?.[0] ?? "";
        if (appToken === "" || id === "") throw invalid({ advertising_id: "and app_token are required" });
        const device = state().devices.devices.find(
          (one) => one.appToken === appToken && Object.values(one.ids).includes(id),
        );
        if (device === undefined) throw refuse(404, "Device not found");
        return {
          status: 200,
          json: {
            Adid: device.adid,
            AdvertisingId: id,
            Tracker: "abc123",
            TrackerName: "Organic",
            FirstTracker: "zr5vueb",
            FirstTrackerName: "Organic",
            Environment: "sandbox",
            ClickTime: "0001-01-01T00:00:00Z",
            InstallTime: "2025-08-19T03:42:03Z",
            LastSessionTime: "2026-07-29T17:29:17Z",
            LastEventsInfo: {
              kgfcul: { name: "Copy IDFA", time: "2026-07-18T10:01:16Z" },
              ev10001x: { name: "purchase", time: "0001-01-01T00:00:00Z" },
            },
            LastSdkVersion: "ios4.37.2",
            State: "installed",
          },
        };
      },
    },
    {
      method: "POST",
      path: "/device_service/api/v1/forget_device",
      handle: (call) => {
        readQuery(call, []);
        const form = readForm(call);
        const unknown = [...form.keys()].find((name) => name !== "app_token" && name !== "adid");
        if (unknown !== undefined) throw invalid({ [unknown]: "is not known" });
        const { devices } = state().devices;
        const index = devices.findIndex(
          (one) => one.appToken === form.get("app_token") && one.adid === form.get("adid"),
        );
        if (index < 0) throw refuse(404, "Device not found");
        devices.splice(index, 1);
        return textReply(200, "text/plain; charset=utf-8", "Forgot device");
      },
    },
  ];
}
