import { randomBytes } from "node:crypto";
import type { Json, JsonObject } from "../core/json.ts";
import type { AdjustApp, AdjustState, AdjustTicket } from "../world/adjust.ts";
import { stringOf, stringsOf } from "./body.ts";
import { invalid } from "./errors.ts";

/**
 * How the settings job of an app goes, by the last part of its bundle ID, so that demo mode can play each:
 *
 * - `….fails`: the job fails, each section with a detail of its own;
 * - `….partly`: it completes, but events and partners carry failures;
 * - anything else: it completes.
 */
function mishapOf({ bundleId }: AdjustApp): "fails" | "partly" | undefined {
  const last = bundleId.split(".").at(-1);
  return last === "fails" || last === "partly" ? last : undefined;
}

/** Copies the template's settings. @returns how the job will end and what it reports, by section. */
export function migrate(
  state: AdjustState,
  app: AdjustApp,
  body: JsonObject,
): { end: AdjustTicket["end"]; result: JsonObject } {
  const templateToken = stringOf(body, "template_app_token") ?? state.templateToken;
  const template = state.apps.find(({ token }) => token === templateToken);
  if (template === undefined) throw invalid({ template_app_token: "names no app" });
  const asked = stringsOf(body, "sections") ?? [];
  const sections = asked.length > 0 ? asked : ["events", ...Object.keys(template.settings)];
  const mishap = mishapOf(app);
  if (mishap === "fails") return { end: "failed", result: failedResult(sections) };
  const result: Record<string, Json> = {};
  for (const section of sections) {
    const names = namesIn(template, section);
    if (names === undefined) result[section] = { section, detail: "The template has no such section" };
    else if (mishap === "partly" && (section === "events" || section === "partners")) {
      const [first = section, ...others] = names;
      if (section === "events") copyEvents(template, app, others);
      result[section] = {
        successes: others,
        failures: [{ name: first, detail: `${first} could not be created` }],
      };
    } else {
      if (section === "events") copyEvents(template, app, names);
      else app.settings[section] = template.settings[section] ?? null;
      result[section] = { successes: [...names], failures: [] };
    }
  }
  return { end: "completed", result };
}

/** The second form of a section's result. The detail of the later ones is Adjust's own example. */
function failedResult(sections: readonly string[]): JsonObject {
  const [first = "events", ...others] = sections;
  return Object.fromEntries([
    [first, { section: first, detail: "The settings could not be copied" }],
    ...others.map((section) => [
      section,
      { section, detail: `Could not be started because ${first} section has failed` },
    ]),
  ]);
}

/** What a section of the template reports by name; undefined where it has no such section. */
function namesIn(template: AdjustApp, section: string): readonly string[] | undefined {
  if (section === "events") return template.events.map(({ name }) => name);
  const settings = template.settings[section];
  if (settings === undefined) return undefined;
  if (!Array.isArray(settings)) return [section];
  return settings.map((item) =>
    item !== null && typeof item === "object" && "name" in item ? String(item.name) : section,
  );
}

function copyEvents(template: AdjustApp, app: AdjustApp, names: readonly string[]): void {
  for (const event of template.events) {
    const missing = names.includes(event.name) && !app.events.some(({ name }) => name === event.name);
    if (missing) app.events.push({ ...event, token: randomBytes(3).toString("hex") });
  }
}
