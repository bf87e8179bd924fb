import * as Type from "typebox";
import { conform } from "../conform.ts";
import { adjustAppToken } from "../fields.ts";
import { isObject } from "../json.ts";
import { list, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { unusable } from "./client.ts";
import { deviceId } from "./device-id.ts";
import { adjustOperation } from "./operation.ts";

const LastEvent = Type.Object(
  {
    eventToken: words("Event token", "Token of the event."),
    name: Type.Optional(words("Name", "Name of the event.")),
    time: Type.Optional(words("Time", "When the device last had the event.")),
  },
  { title: "Last event of an Adjust device" },
);

/** Source of names: Adjust's documentation of the device API, in our spelling. */
const AdjustDevice = Type.Object(
  {
    adid: Type.Optional(words("Adjust ID", "Adjust's own ID of the device.")),
    advertisingId: Type.Optional(words("Advertising ID", "ID that was asked for.")),
    tracker: Type.Optional(words("Tracker", "Token of the link that the device is attributed to.")),
    trackerName: Type.Optional(words("Tracker name", "Name of that link.")),
    firstTracker: Type.Optional(words("First tracker", "Token of the link of the first install.")),
    firstTrackerName: Type.Optional(words("First tracker name", "Name of that link.")),
    environment: Type.Optional(words("Environment", "Environment of the app, sandbox or production.")),
    clickTime: Type.Optional(words("Click time", "When the link was clicked. Absent when it never was.")),
    installTime: Type.Optional(words("Install time", "When the app was installed.")),
    lastSessionTime: Type.Optional(words("Last session time", "When the app was last used.")),
    lastEventsInfo: Type.Optional(
      list("Last events", "Each event that the device has had, with its last time.", LastEvent),
    ),
    lastSdkVersion: Type.Optional(words("Last SDK version", "Version of Adjust's SDK in the app.")),
    state: Type.Optional(words("State", "State of the app on the device, such as installed.")),
  },
  { title: "Adjust device" },
);

export const inspectAdjustDevice = adjustOperation({
  id: "InspectAdjustDevice",
  summary: "Inspect an Adjust device",
  description:
    "Gets what Adjust knows of one device in an app, for tests of links and events. The advertising ID is personal data.",
  method: "GET",
  route: "adjust/devices",
  input: {
    appToken: adjustAppToken,
    advertisingId: deviceId(
      "Advertising ID",
      "IDFA, Google advertising ID, Android ID, Fire advertising ID or Windows advertising ID of the device.",
    ),
  },
  output: AdjustDevice,
  async run({ appToken, advertisingId }, adjust) {
    const { body } = await adjust.call({
      origin: "adjust-api",
      path: path`/device_service/api/v2/inspect_device`,
      query: { app_token: appToken, advertising_id: advertisingId },
    });
    return isObject(body) ? toDevice(body) : unusable("It is not an object.", "GET");
  },
});

/** Go's zero time, which Adjust sends for what has never happened. */
const never = /^0001-01-01T00:00:00/;

/** A device in our spelling: Adjust's own begins each name with a capital, and lists events by their tokens. */
export function toDevice(answer: Readonly<Record<string, unknown>>) {
  const fields = Object.entries(answer).map(([name, value]): [string, unknown] => [
    name.charAt(0).toLowerCase() + name.slice(1),
    name === "LastEventsInfo" ? toEvents(value) : happened(value),
  ]);
  return conform(AdjustDevice, Object.fromEntries(fields));
}

function toEvents(value: unknown) {
  if (!isObject(value)) return undefined;
  return Object.entries(value).map(([eventToken, event]) => {
    const { name, time } = isObject(event) ? event : {};
    return conform(LastEvent, { eventToken, name, time: happened(time) });
  });
}

function happened(value: unknown): unknown {
  return typeof value === "string" && never.test(value) ? undefined : value;
}
