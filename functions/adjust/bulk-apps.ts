import * as Type from "typebox";
import { jobResult, jobRow } from "../jobs/result.ts";
import { startJob } from "../jobs/start.ts";
import { flag, list, words } from "../schema.ts";
import { AdjustAppRow } from "./app-input.ts";
import { appJob } from "./app-job.ts";
import { toItems } from "./app-rows.ts";
import { adjustOperation } from "./operation.ts";

/** Apps of one call: accounts have hundreds, and each row may hold channels and overrides. */
const maxApps = 1_000;

const AppResult = jobRow("Result for an Adjust app", {
  name: Type.Optional(words("Name", "Name of the app.")),
  storeId: Type.Optional(words("Store ID", "App Store ID on iOS, package name on Android.")),
  bundleId: Type.Optional(words("Bundle ID", "Bundle ID of the app.")),
  platform: Type.Optional(words("Platform", "Platform of the app, ios or android.")),
  adjustAppToken: Type.Optional(words("App token", "Adjust app token.")),
  ticketToken: Type.Optional(words("Ticket token", "Token of the job at Adjust that copied the settings.")),
  settingsStatus: Type.Optional(
    words(
      "Settings status",
      "How that job ended, such as completed or failed; unknown where the app had to be sent again and Adjust did not tell of its job.",
    ),
  ),
  settingsFailures: Type.Optional(
    list("Settings failures", "What that job could not copy.", words("Failure", "Section, item and reason.")),
  ),
  skAppId: Type.Optional(words("StoreKit app ID", "StoreKit app ID of a verified iOS app.")),
  warnings: Type.Optional(
    list(
      "Warnings",
      "What may be a mistake and was sent all the same.",
      words("Warning", "What may be a mistake."),
    ),
  ),
});

export const createOrUpdateAdjustApps = adjustOperation({
  id: "CreateOrUpdateAdjustApps",
  summary: "Create or update many Adjust apps",
  description:
    "Creates or updates Adjust apps from rows, such as those of an Excel table, waits for the jobs at Adjust that copy their settings, and answers a row for each app. A row that is wrong or fails does not stop the others.",
  method: "POST",
  route: "adjust/apps/bulk",
  input: {
    apps: list("Apps", "The apps, a row each.", AdjustAppRow, {
      minItems: 1,
      maxItems: maxApps,
      checkedApart: true,
      visibility: "important",
    }),
    waitForSettings: Type.Optional(
      flag(
        "Wait for settings",
        "Whether each app is done only when the job at Adjust that copies its settings has ended. True unless this says otherwise.",
        { default: true, visibility: "advanced" },
      ),
    ),
  },
  output: jobResult(AppResult),
  job: appJob,
  run: ({ apps, waitForSettings = true }, { credential }, scope) =>
    startJob(scope, { credential, sealed: appJob.sealed, items: toItems(apps, waitForSettings) }),
});
