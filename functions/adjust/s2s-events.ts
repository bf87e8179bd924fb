import * as Type from "typebox";
import { choice, flag, number, text, textsByName } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { deviceId } from "./device-id.ts";
import { withHints } from "./hints.ts";
import { adjustOperation } from "./operation.ts";
import { refuseProblems } from "./problems.ts";
import { refusedToken, s2sAppToken, s2sKinds, sendS2s } from "./s2s.ts";
import { eventForm, eventProblems } from "./s2s-event.ts";

/** A number of 0 to 255. */
const octet = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

export const sendAdjustEvent = adjustOperation({
  id: "SendAdjustEvent",
  summary: "Send an Adjust event",
  description:
    "Sends one event of one device from your server to Adjust. Adjust counts every call: only events that are unique are counted once.",
  method: "POST",
  route: "adjust/s2s-events",
  credentials: s2sKinds,
  input: {
    appToken: s2sAppToken,
    eventToken: text("Event token", "Token of the event, such as f0ob4r.", {
      pattern: "^[a-z0-9]{1,64}$",
      form: "an Adjust event token: lower-case letters and digits",
      visibility: "important",
    }),
    deviceIdType: text(
      "Device ID type",
      "What the device ID is, in Adjust's word: idfa, idfv, gps_adid, android_id, fire_adid, oaid, web_uuid, win_adid, adid or another one.",
      {
        pattern: "^[a-z][a-z0-9_]{2,39}$",
        form: "Adjust's word for a kind of device ID, such as idfa or gps_adid",
        visibility: "important",
      },
    ),
    deviceId: deviceId("Device ID", "ID of the device. It is personal data."),
    createdAt: Type.Optional(
      text("Created at", "When the event happened, such as 2026-01-31T00:00:00Z. At most 58 days ago.", {
        format: "date-time",
      }),
    ),
    revenue: Type.Optional(
      // Source of the bounds: Adjust's documentation of S2S events, and its error for what is above.
      number("Revenue", "Revenue of the event in whole units of the currency, such as 4.99.", {
        minimum: 0.001,
        maximum: 100_000_000_000,
      }),
    ),
    currency: Type.Optional(
      text("Currency", "Currency of the revenue, three letters of ISO 4217, such as USD.", {
        pattern: "^[A-Z]{3}$",
        form: "a currency of ISO 4217: three capital letters, such as USD",
      }),
    ),
    environment: Type.Optional(
      choice("Environment", "Where the event counts. Adjust takes production when it is left empty.", [
        "production",
        "sandbox",
      ]),
    ),
    ipAddress: Type.Optional(
      text("IP address", "IPv4 address of the device. It is personal data.", {
        pattern: `^${octet}(\\.${octet}){3}$`,
        form: "an IPv4 address, such as 203.0.113.7: Adjust takes no IPv6 address here",
        visibility: "advanced",
      }),
    ),
    userAgent: Type.Optional(
      text("User agent", "User agent of the device.", { maxLength: 1024, visibility: "advanced" }),
    ),
    callbackParams: Type.Optional(
      textsByName("Callback parameters", "Names and texts that Adjust passes on in its callbacks.", {
        visibility: "advanced",
      }),
    ),
    partnerParams: Type.Optional(
      textsByName("Partner parameters", "Names and texts that Adjust passes on to partners.", {
        visibility: "advanced",
      }),
    ),
  },
  output: Type.Object(
    { accepted: flag("Accepted", "Whether Adjust took the event. Always true: anything else is an error.") },
    { title: "Sent Adjust event" },
  ),
  check: (event, { runtime }) => refuseProblems(eventProblems(event, runtime.now())),
  async run(event, adjust, { deadline }) {
    const sending = sendS2s(adjust, deadline, {
      origin: "adjust-s2s",
      path: path`/event`,
      form: eventForm(event),
    });
    await withHints(sending, {
      refused: {
        202: refusedToken,
        400: "Correct what Adjust names. Where an earlier unique event was tracked, nothing is left to do.",
        401: refusedToken,
        403: "Look at the app in Adjust: it is inactive, its tracking is off, or the event is blocked.",
        404: "Check the app token, and that the app has run on the device: Adjust takes events of devices that it knows.",
        451: "The user of the device has opted out. Leave it alone: sending again changes nothing.",
      },
      unknown:
        "Look at the event in Adjust before it is sent again: unless the event is unique, a second one counts too.",
    });
    return { accepted: true };
  },
});
