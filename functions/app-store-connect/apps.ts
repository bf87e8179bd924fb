import * as Type from "typebox";
import { conform } from "../conform.ts";
import { appId, bundleId } from "../fields.ts";
import { flag, text, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { exactly, preselect } from "./filters.ts";
import { appStoreConnectList, appStoreConnectLookUp, appStoreConnectOperation } from "./operation.ts";

/** An app as Apple describes it. Source of names: Apple's OpenAPI file, schema `App`. */
export const App = Type.Object(
  {
    id: words("Apple ID", "Apple ID of the app."),
    name: Type.Optional(words("Name", "Name of the app in its primary language.")),
    bundleId: Type.Optional(words("Bundle ID", "Bundle ID of the app.")),
    sku: Type.Optional(words("SKU", "SKU of the app.")),
    primaryLocale: Type.Optional(words("Primary locale", "Primary language of the app, such as en-US.")),
    contentRightsDeclaration: Type.Optional(
      words("Content rights", "Whether the app uses third-party content, such as USES_THIRD_PARTY_CONTENT."),
    ),
    isOrEverWasMadeForKids: Type.Optional(
      flag("Made for kids", "Whether the app is or ever was in the Kids category."),
    ),
    streamlinedPurchasingEnabled: Type.Optional(
      flag("Streamlined purchasing", "Whether streamlined purchasing is enabled."),
    ),
    subscriptionStatusUrl: Type.Optional(
      words("Server notification URL", "Where App Store Server Notifications of production are sent."),
    ),
    subscriptionStatusUrlVersion: Type.Optional(
      words("Server notification version", "Version of the production notifications, such as V2."),
    ),
    subscriptionStatusUrlForSandbox: Type.Optional(
      words("Sandbox notification URL", "Where App Store Server Notifications of the sandbox are sent."),
    ),
    subscriptionStatusUrlVersionForSandbox: Type.Optional(
      words("Sandbox notification version", "Version of the sandbox notifications, such as V2."),
    ),
    accessibilityUrl: Type.Optional(words("Accessibility URL", "Page about the accessibility of the app.")),
  },
  { title: "App" },
);

export const listApps = appStoreConnectList({
  id: "ListApps",
  summary: "List apps",
  description:
    "Lists the apps of the App Store Connect account. A filter compares exactly, upper and lower case included.",
  route: "app-store-connect/apps",
  visibility: "important",
  input: {
    bundleId: Type.Optional(bundleId),
    name: Type.Optional(text("Name", "Exact name of the app.")),
    sku: Type.Optional(text("SKU", "Exact SKU of the app.")),
  },
  item: App,
  async run({ bundleId, name, sku }, connect, wish) {
    const filters = { bundleId, name, sku };
    const page = await connect.page(path`/v1/apps`, preselect(filters), wish);
    return exactly(filters, page, wish, (app) => conform(App, app));
  },
});

export const getApp = appStoreConnectOperation({
  id: "GetApp",
  summary: "Get an app",
  description: "Gets one app by its Apple ID.",
  method: "GET",
  route: "app-store-connect/apps/{appId}",
  input: { appId },
  output: App,
  run: async ({ appId }, connect) => conform(App, await connect.get(path`/v1/apps/${appId}`)),
});

export const lookUpApps = appStoreConnectLookUp({
  id: "LookUpApps",
  summary: "Look up apps",
  description: "Fills the dropdown of apps.",
  route: "app-store-connect/look-ups/apps",
  input: {},
  async run(_input, connect) {
    const apps = await connect.all(path`/v1/apps`, { "fields[apps]": "name,bundleId" });
    return apps.map((app) => {
      const { id, name = id, bundleId } = conform(App, app);
      return { id, title: bundleId ? `${name} (${bundleId})` : name };
    });
  },
});
