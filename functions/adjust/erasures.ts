import * as Type from "typebox";
import { adjustAppToken } from "../fields.ts";
import { choice, confirmation, flag, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { deviceId, deviceIdProblem } from "./device-id.ts";
import { withHints } from "./hints.ts";
import { adjustOperation } from "./operation.ts";
import { readPlainAnswer } from "./plain-answer.ts";
import { refuseProblems } from "./problems.ts";
import { refusedToken, s2sAppToken, s2sKinds, sendS2s } from "./s2s.ts";

export const forgetAdjustDevice = adjustOperation({
  id: "ForgetAdjustDevice",
  summary: "Forget an Adjust test device",
  description:
    "Makes Adjust forget a test device in one app, so that its next install counts as new. It cannot be undone.",
  method: "POST",
  route: "adjust/devices/forget",
  visibility: "advanced",
  input: {
    appToken: adjustAppToken,
    adid: deviceId("Adjust ID", "Adjust's own ID of the device, as InspectAdjustDevice answers it."),
    confirm: confirmation(
      "Confirm",
      "Yes to forget the device. Nothing happens without it.",
      "Adjust will forget the device in this app, its attribution too, and that cannot be undone.",
    ),
  },
  output: Type.Object(
    {
      forgotten: flag("Forgotten", "Whether Adjust says that it forgot the device."),
      message: words("Message", "What Adjust says."),
    },
    { title: "Forgotten Adjust device" },
  ),
  async run({ appToken, adid }, adjust, { deadline }) {
    const forgetting = adjust.call({
      origin: "adjust-api",
      audience: { scheme: "Token" },
      method: "POST",
      path: path`/device_service/api/v1/forget_device`,
      form: [
        ["app_token", appToken],
        ["adid", adid],
      ],
      accept: "text/plain, application/json;q=0.5",
      read: (exchange) => readPlainAnswer(exchange, deadline.signal),
    });
    const { body } = await withHints(forgetting, {
      refused: {
        403: "The Adjust user of the token has to be an admin or an editor to forget devices.",
        404: "Look the device up with InspectAdjustDevice: Adjust may never have seen it in this app.",
      },
      unknown: "Look the device up with InspectAdjustDevice: it is not found when it was forgotten.",
    });
    const message = adjust.credential.redact(typeof body === "string" ? body : JSON.stringify(body));
    return { forgotten: /^forgot device/i.test(message), message };
  },
});

/** Kinds of device ID that can be erased. Source: Adjust's documentation of data erasure, which lists these alone. */
const erasableIds = ["idfa", "idfv", "gps_adid", "fire_adid", "win_adid", "adid"] as const;

export const eraseAdjustDevice = adjustOperation({
  id: "EraseAdjustDevice",
  summary: "Erase an Adjust device",
  description:
    "Erases a person's data in one app for good, as data protection law asks (GDPR). It cannot be undone, and Adjust ignores the device from then on. At most 10 a minute.",
  method: "POST",
  route: "adjust/devices/erase",
  visibility: "advanced",
  credentials: s2sKinds,
  input: {
    appToken: s2sAppToken,
    // A closed list: a word that Adjust does not know must not be tried out on what cannot be undone.
    deviceIdType: choice("Device ID type", "What the device ID is, in Adjust's word.", erasableIds, {
      visibility: "important",
    }),
    deviceId: deviceId("Device ID", "ID of the device. It is personal data."),
    confirm: confirmation(
      "Confirm",
      "Yes to erase the data. Nothing happens without it.",
      "Adjust will erase everything that it knows of the device in this app, and that cannot be undone by anybody.",
    ),
  },
  output: Type.Object(
    { erased: flag("Erased", "Whether Adjust took the erasure. Always true: anything else is an error.") },
    { title: "Erased Adjust device" },
  ),
  check({ deviceId }) {
    const problem = deviceIdProblem("deviceId", deviceId);
    refuseProblems(problem ? [problem] : []);
  },
  async run({ appToken, deviceIdType, deviceId }, adjust, { deadline }) {
    const erasing = sendS2s(adjust, deadline, {
      origin: "adjust-gdpr",
      path: path`/gdpr_forget_device`,
      query: { app_token: appToken, s2s: "1", [deviceIdType]: deviceId },
      // Published: 10 a minute. It is not said whose; tokens and erasures are an app's, so each app has its own.
      limit: { name: `adjust erasure ${appToken}`, windowMs: 60_000, limit: 10 },
    });
    await withHints(erasing, {
      refused: {
        202: refusedToken,
        400: "Check the device ID and its type, and that the credential is the one of this app.",
        401: refusedToken,
        451: "Adjust says that the law keeps it from doing this. Ask Adjust before you send it again.",
      },
      unknown:
        "An erasure that was made stays made. Send it again only when it must be certain: a second one does no further harm.",
    });
    return { erased: true };
  },
});
