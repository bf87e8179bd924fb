import * as Type from "typebox";
import { adjustAppToken } from "../fields.ts";
import { list, text, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { adjustAppFields, appName, checkAdjustApp, iosBundleIdProblem, newBundleId } from "./app-input.ts";
import { adjustOperation } from "./operation.ts";
import { refuseProblems } from "./problems.ts";
import { purchaseSecretOf, sendAdjustApp, sentApp } from "./send-app.ts";

const ticketToken = Type.Optional(
  words(
    "Ticket token",
    "Token of the job that copies the settings. None where Adjust has nothing to copy, or took an earlier attempt whose answer was lost: GetAdjustAppSettings tells what is there.",
  ),
);

/** Source of names: Adjust's documentation of the app endpoint, in our spelling. */
export const SentAdjustApp = Type.Object(
  {
    adjustAppToken: Type.Optional(words("App token", "Adjust app token.")),
    name: Type.Optional(words("Name", "Name of the app at Adjust.")),
    bundleId: Type.Optional(words("Bundle ID", "Bundle ID of the app.")),
    storeId: Type.Optional(words("Store ID", "App Store ID on iOS, package name on Android.")),
    ticketToken,
    skAppId: Type.Optional(words("StoreKit app ID", "StoreKit app ID of a verified iOS app.")),
    warnings: list(
      "Warnings",
      "What may be a mistake and was sent all the same.",
      words("Warning", "What may be a mistake."),
    ),
  },
  { title: "Created or updated Adjust app" },
);

export const createOrUpdateAdjustApp = adjustOperation({
  id: "CreateOrUpdateAdjustApp",
  summary: "Create or update an Adjust app",
  description:
    "Creates the Adjust app of a store ID and platform, or updates the one that is there, with the settings of a template app. A job at Adjust copies the settings; wait for it with its ticket token.",
  method: "POST",
  route: "adjust/apps",
  input: adjustAppFields,
  output: SentAdjustApp,
  check(app) {
    refuseProblems(checkAdjustApp(app).problems);
  },
  run: async (app, adjust, scope) =>
    sendAdjustApp(adjust, app, { purchaseSecret: await purchaseSecretOf(scope, app) }),
});

export const updateAdjustApp = adjustOperation({
  id: "UpdateAdjustApp",
  summary: "Rename an Adjust app or change its IDs",
  description:
    "Changes the name, the store ID or the bundle ID of an Adjust app. Adjust asks for the name each time, also where only an ID changes.",
  method: "POST",
  route: "adjust/apps/{appToken}",
  input: {
    appToken: adjustAppToken,
    name: appName,
    storeId: Type.Optional(
      text("Store ID", "New App Store ID on iOS, new package name on Android. Leave it empty to keep it.", {
        pattern: "^(\\d+|[A-Za-z][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)+)$",
        form: "an App Store ID, which is digits only, or a package name such as com.example.game",
        maxLength: 155,
      }),
    ),
    bundleId: Type.Optional(newBundleId),
  },
  output: Type.Object({
    adjustAppToken: words("App token", "Adjust app token."),
    name: words("Name", "Name of the app: as Adjust answers it, else as it was sent."),
    bundleId: Type.Optional(
      words("Bundle ID", "Bundle ID of the app: as Adjust answers it, else as it was sent."),
    ),
    storeId: Type.Optional(
      words("Store ID", "App Store ID or package name: as Adjust answers it, else as it was sent."),
    ),
    ticketToken,
  }),
  check({ storeId, bundleId }) {
    // The platform is not known here, but a store ID of digits is Apple's.
    const ios = storeId !== undefined && /^\d+$/.test(storeId);
    const problem = ios && bundleId !== undefined ? iosBundleIdProblem(bundleId) : undefined;
    refuseProblems(problem ? [problem] : []);
  },
  async run({ appToken, name, storeId, bundleId }, adjust) {
    const answer = await adjust.post(
      path`/app-automation/app/${appToken}`,
      { name, store_id: storeId, bundle_id: bundleId },
      // What is sent twice names the app the same way twice.
      { idempotent: true },
    );
    const { skAppId: _skAppId, ...said } = sentApp(adjust, answer);
    return {
      // What was sent was taken, whether Adjust repeats it or not.
      name,
      ...(storeId !== undefined && { storeId }),
      ...(bundleId !== undefined && { bundleId }),
      ...said,
      adjustAppToken: appToken,
    };
  },
});
