import * as Type from "typebox";
import { type ErrorDetail, invalidInput } from "../errors.ts";
import { adjustAppToken } from "../fields.ts";
import { flag, integer, list, text, words } from "../schema.ts";
import { oneLine } from "./names.ts";
import { adjustOperation } from "./operation.ts";
import { sendEvents } from "./send-events.ts";

/** Rows of one call: at a hundred a call upstream, fifty calls, which the deadline of one call of ours holds. */
const maxRows = 5_000;

const EventWish = Type.Object(
  {
    name: text("Name", "Name of the event, such as purchase.", {
      ...oneLine,
      maxLength: 255,
    }),
    unique: Type.Optional(
      flag("Unique", "Whether the event counts once a user. A new event does not unless this says so."),
    ),
  },
  { additionalProperties: false, title: "Adjust event to be" },
);

const EventResult = Type.Object(
  {
    appToken: words("App token", "Adjust app token."),
    eventName: words("Event name", "Name of the event."),
    eventToken: Type.Optional(words("Event token", "Token of the event.")),
    ok: flag("OK", "Whether the app has the event."),
    details: Type.Optional(words("Details", "Why the app does not have the event.")),
  },
  { title: "Adjust event in an app" },
);

export const createOrUpdateAdjustEvents = adjustOperation({
  id: "CreateOrUpdateAdjustEvents",
  summary: "Create or update Adjust events",
  description:
    "Makes sure that each of some Adjust apps has each of some events, matched by name, and answers their tokens as one table: a row for each app and event. What fails for one app does not stop the others.",
  method: "POST",
  route: "adjust/events",
  input: {
    appTokens: list(
      "App tokens",
      "Adjust app tokens of the apps.",
      { ...adjustAppToken, description: "Adjust app token of an app." },
      { minItems: 1, maxItems: maxRows, visibility: "important" },
    ),
    events: list("Events", "Events that each app is to have.", EventWish, {
      minItems: 1,
      maxItems: maxRows,
      visibility: "important",
    }),
  },
  output: Type.Object({
    value: list("Events", "Each app and event, in the order given.", EventResult),
    hasFailures: flag("Has failures", "Whether an app does not have one of the events."),
    successCount: integer("Successes", "Number of rows that are OK."),
    failureCount: integer("Failures", "Number of rows that are not."),
  }),
  check({ appTokens, events }) {
    const problems = [
      ...doubles(appTokens, (index) => `appTokens[${index}]`),
      ...doubles(
        events.map(({ name }) => name),
        (index) => `events[${index}].name`,
      ),
    ];
    if (appTokens.length * events.length > maxRows) {
      problems.push({
        field: "appTokens",
        message: `with these events makes ${appTokens.length * events.length} rows, and one call takes ${maxRows}: send the apps in several calls.`,
      });
    }
    if (problems.length > 0) throw invalidInput(problems);
  },
  async run({ appTokens, events }, adjust) {
    const value = await sendEvents(adjust, appTokens, events);
    const successCount = value.filter(({ ok }) => ok).length;
    const failureCount = value.length - successCount;
    return { value, hasFailures: failureCount > 0, successCount, failureCount };
  },
});

/** A problem for each text that stood there before, in whatever case: nobody means "Win" and "win" to be two events. */
function doubles(texts: readonly string[], field: (index: number) => string): ErrorDetail[] {
  const seen = new Map<string, number>();
  return texts.flatMap((text, index): ErrorDetail[] => {
    const before = seen.get(text.toLowerCase());
    if (before === undefined) {
      seen.set(text.toLowerCase(), index);
      return [];
    }
    const other = texts[before] === text ? "" : ", but for capitals: send one of the two";
    return [{ field: field(index), message: `is the same as ${field(before)}${other}.` }];
  });
}
