import type { Static } from "typebox";
import * as Type from "typebox";
import { conform } from "../conform.ts";
import { type ErrorDetail, invalidInput } from "../errors.ts";
import { adjustAppToken, bundleIdPattern } from "../fields.ts";
import { isObject } from "../json.ts";
import { anything, choice, text, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { withoutSecrets } from "./channel-setup.ts";
import { adjustList, adjustLookUp, adjustOperation } from "./operation.ts";

/** Source of names: Adjust's documentation of the app endpoint, in our spelling. */
export const AdjustApp = Type.Object(
  {
    adjustAppToken: Type.Optional(words("App token", "Adjust app token.")),
    name: Type.Optional(words("Name", "Name of the app at Adjust.")),
    storeId: Type.Optional(words("Store ID", "App Store ID on iOS, package name on Android.")),
    platform: Type.Optional(words("Platform", "Platform of the app, ios or android.")),
    bundleId: Type.Optional(words("Bundle ID", "Bundle ID of the app.")),
    crossPromoToken: Type.Optional(words("Cross-promotion token", "Link token for cross promotion.")),
    channelSetup: Type.Optional(
      anything("Channel setup", "Settings of each partner, spelled as Adjust spells them."),
    ),
    additionalInfo: Type.Optional(
      anything("Additional information", "Further facts, override settings among them."),
    ),
  },
  { title: "Adjust app" },
);

const AdjustAppName = Type.Object(
  {
    name: Type.Optional(words("Name", "Name of the app at Adjust.")),
    adjustAppToken: Type.Optional(words("App token", "Adjust app token.")),
  },
  { title: "Adjust app name" },
);

const createdDay = { format: "date-time", visibility: "advanced" } as const;

export const listAdjustApps = adjustList({
  id: "ListAdjustApps",
  summary: "List Adjust apps",
  description: "Lists the apps that were created or updated through Adjust's App Automation.",
  route: "adjust/apps",
  input: {
    startDate: Type.Optional(
      text(
        "Created from",
        "Lists apps created at this time or later, such as 2026-01-31T00:00:00Z.",
        createdDay,
      ),
    ),
    endDate: Type.Optional(
      text(
        "Created until",
        "Lists apps created at this time or earlier, such as 2026-01-31T23:59:59Z.",
        createdDay,
      ),
    ),
  },
  item: AdjustAppName,
  async run({ startDate, endDate }, adjust) {
    if (startDate !== undefined && endDate !== undefined && Date.parse(startDate) > Date.parse(endDate)) {
      throw invalidInput([{ field: "endDate", message: "must not be before startDate." }]);
    }
    const apps = await adjust.list(path`/app-automation/apps/list`, {
      start_date: startDate,
      end_date: endDate,
    });
    return apps.map(({ token, ...app }) => conform(AdjustAppName, { ...app, adjustAppToken: token }));
  },
});

export const getAdjustApp = adjustOperation({
  id: "GetAdjustApp",
  summary: "Get an Adjust app",
  description:
    "Gets an app by its Adjust app token. It must have been created or updated through App Automation.",
  method: "GET",
  route: "adjust/apps/{appToken}",
  input: { appToken: adjustAppToken },
  output: AdjustApp,
  run: async ({ appToken }, adjust) => answered(await adjust.get(path`/app-automation/app/${appToken}`)),
});

export const findAdjustApp = adjustOperation({
  id: "FindAdjustApp",
  summary: "Find an Adjust app by store ID",
  description:
    "Finds the Adjust app of an App Store or Google Play app. It must have been created or updated through App Automation.",
  method: "GET",
  route: "adjust/apps/find",
  input: {
    storeId: text("Store ID", "App Store ID on iOS, such as 1234567890; package name on Android.", {
      maxLength: 155,
      visibility: "important",
    }),
    platform: choice("Platform", "Platform of the app.", ["ios", "android"], {
      anyCase: true,
      visibility: "important",
    }),
  },
  output: AdjustApp,
  async run({ storeId, platform }, adjust) {
    const problem = storeIdProblem(storeId, platform);
    if (problem) throw invalidInput([problem]);
    return answered(await adjust.get(path`/app-automation/app`, { store_id: storeId, platform }));
  },
});

/** An app as callers get it: without the passwords in its channel setup. */
function answered(app: Readonly<Record<string, unknown>>): Static<typeof AdjustApp> {
  const { channelSetup } = app;
  if (!isObject(channelSetup)) return conform(AdjustApp, app);
  const partners = Object.entries(channelSetup).map(([name, keys]) => [name, withoutSecrets(name, keys)]);
  return conform(AdjustApp, { ...app, channelSetup: Object.fromEntries(partners) });
}

/** What is wrong with a store ID on its platform. Source: Adjust's documentation of `store_id`. */
export function storeIdProblem(storeId: string, platform: "ios" | "android"): ErrorDetail | undefined {
  const digits = /^\d+$/.test(storeId);
  if (platform === "ios" && !digits) {
    return { field: "storeId", message: "must be the App Store ID on iOS: digits only, such as 1234567890." };
  }
  if (platform === "android" && (digits || !new RegExp(bundleIdPattern).test(storeId.replaceAll("_", "-")))) {
    return { field: "storeId", message: "must be the package name on Android, such as com.example.game." };
  }
  return undefined;
}

export const lookUpAdjustApps = adjustLookUp({
  id: "LookUpAdjustApps",
  summary: "Look up Adjust apps",
  description: "Fills the dropdown of Adjust apps.",
  route: "adjust/look-ups/apps",
  input: {},
  async run(_input, adjust) {
    const apps = await adjust.list(path`/app-automation/apps/list`);
    return apps.flatMap(({ token, ...app }) => {
      const { name, adjustAppToken: id } = conform(AdjustAppName, { ...app, adjustAppToken: token });
      // Without a token there is nothing that a field could be filled with.
      return id ? [{ id, title: name ? `${name} (${id})` : id }] : [];
    });
  },
});
