import * as Type from "typebox";
import { type ErrorDetail, invalidInput } from "../../errors.ts";
import { jobResult, jobRow } from "../../jobs/result.ts";
import { startJob } from "../../jobs/start.ts";
import { integer, text, words } from "../../schema.ts";
import { appStoreServerOperation } from "../operation.ts";
import { keptDays } from "./history-range.ts";
import { type BackfillInput, backfillJob } from "./job.ts";

const dayMs = 86_400_000;

/** A flow's clock is not ours, and its run takes a moment: so far a time may be off what it should be. */
const slackMs = 5 * 60_000;

const counts = {
  notificationsRead: Type.Optional(integer("Notifications read", "Notifications that Apple has.")),
  notificationsNew: Type.Optional(
    integer("Notifications new", "Those that were not here before: subscribed flows hear of them."),
  ),
  notificationsKnown: Type.Optional(integer("Notifications known", "Those that were here already.")),
  notificationsPast: Type.Optional(
    integer("Notifications past", "Those that are older than events are kept: nothing is done with them."),
  ),
  notificationsRefused: Type.Optional(
    integer("Notifications refused", "Those whose signature or app is not to be believed."),
  ),
};

const app = {
  bundleId: Type.Optional(words("Bundle ID", "Bundle ID of the app.")),
  environment: Type.Optional(words("Environment", "Environment that was asked, Production or Sandbox.")),
};

const WindowResult = jobRow("Result for a day of notifications", {
  ...app,
  startDate: Type.Optional(words("Start", "When the day begins, in UTC.")),
  endDate: Type.Optional(words("End", "When it ends, in UTC.")),
  ...counts,
});

export const backfillNotifications = appStoreServerOperation({
  id: "BackfillNotifications",
  summary: "Bring in missed notifications",
  description:
    "Reads the notifications that Apple has made for an app in a time, and brings in those that were not received, as if Apple had just sent them: each is stored once, and subscribed flows are told of it. What is here already stays as it is, so sending the call again does no harm. The relay does the same by itself every hour for what was missed lately.",
  method: "POST",
  route: "app-store-server/notifications/backfill",
  input: {
    startDate: text(
      "Start",
      "When the time begins, such as 2026-01-31T00:00:00Z. Apple keeps 180 days, 30 in the sandbox.",
      {
        format: "date-time",
        visibility: "important",
      },
    ),
    endDate: Type.Optional(
      text("End", "When it ends, such as 2026-02-01T00:00:00Z. Leave it empty to mean now.", {
        format: "date-time",
        visibility: "important",
      }),
    ),
  },
  title: "Backfill of notifications",
  output: {
    bundleId: app.bundleId,
    ...counts,
    ...jobResult(WindowResult).properties,
  },
  job: backfillJob,
  async run({ startDate, endDate }, { bundleId, wish: environment, credential }, scope) {
    if (environment === "Auto") throw new TypeError("No ID tells where a history is.");
    const now = scope.runtime.now();
    const start = Date.parse(startDate);
    const end = endDate === undefined ? now : Date.parse(endDate);
    const days = keptDays[environment];
    const isTooOld = (at: number) => at < now - days * dayMs - slackMs;
    const tooOld = `must be within the last ${days} days: Apple keeps no older notifications of ${environment}.`;
    const problems: ErrorDetail[] = [];
    if (end > now + slackMs) problems.push({ field: "endDate", message: "must not be in the future." });
    else if (isTooOld(end)) problems.push({ field: "endDate", message: tooOld });
    const endIsRight = problems.length === 0;
    if (isTooOld(start)) problems.push({ field: "startDate", message: tooOld });
    else if (endIsRight && start >= Math.min(end, now)) {
      problems.push({ field: "startDate", message: "must be before the end." });
    }
    if (problems.length > 0) throw invalidInput(problems);
    return startJob(scope, {
      credential,
      items: windowsOf(start, Math.min(end, now)).map((window) => {
        const iso = (at: number) => new Date(at).toISOString();
        const input: BackfillInput = { bundleId, environment, ...window };
        const about = {
          bundleId,
          environment,
          startDate: iso(window.startDate),
          endDate: iso(window.endDate),
        };
        return { about, input };
      }),
    });
  },
});

/** A day each. */
function windowsOf(start: number, end: number): { startDate: number; endDate: number }[] {
  const windows = [];
  for (let at = start; at < end; at += dayMs) {
    // A moment into the next one: whichever of its two edges Apple takes for a part of a window, none is left out.
    windows.push({ startDate: at, endDate: at + dayMs < end ? at + dayMs + 1 : end });
  }
  return windows;
}
