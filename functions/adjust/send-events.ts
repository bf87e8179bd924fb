import { RelayError } from "../errors.ts";
import { isObject } from "../json.ts";
import { path } from "../upstream/path.ts";
import { type Adjust, unusable } from "./client.ts";

/** An event that is to be in an app. */
export interface EventWish {
  name: string;
  unique?: boolean;
}

/** What became of one event in one app. */
export interface EventRow {
  appToken: string;
  eventName: string;
  /** Absent where Adjust gave none. */
  eventToken?: string;
  ok: boolean;
  /** Why not. */
  details?: string;
}

/**
 * Most events of most apps in one call upstream. Adjust states no limit; a call that breaks is sent again as a whole,
 * and a hundred rows are repeated in a moment. 40 apps with 6 events take three calls.
 */
const maxRowsInCall = 100;

/** After these the next call would fare no better, and would take the time or the budget of others. */
const final = new Set(["credential_rejected", "upstream_forbidden", "rate_limited", "upstream_timeout"]);

/**
 * Creates or updates events by name in many apps.
 *
 * @returns a row for each app and event: apps in the order given, and in each the events in the order given.
 * @throws the first error, when no call brought an answer.
 */
export async function sendEvents(
  adjust: Adjust,
  appTokens: readonly string[],
  events: readonly EventWish[],
): Promise<EventRow[]> {
  const rows = new Map<string, EventRow>();
  let first: RelayError | undefined;
  let failure: RelayError | undefined;
  let answered = false;
  for (const [apps, wishes] of callsFor(appTokens, events)) {
    if (!failure || !final.has(failure.code)) {
      try {
        for (const row of await sendCall(adjust, apps, wishes)) rows.set(idOf(row), row);
        answered = true;
        continue;
      } catch (error) {
        if (!(error instanceof RelayError)) throw error;
        failure = error;
        first ??= error;
      }
    }
    const details = failure.message;
    for (const appToken of apps) {
      for (const { name } of wishes) {
        const row = { appToken, eventName: name, ok: false, details };
        rows.set(idOf(row), row);
      }
    }
  }
  if (first && !answered) throw first;
  return appTokens.flatMap((appToken) =>
    events.flatMap(({ name }) => rows.get(idOf({ appToken, eventName: name })) ?? []),
  );
}

function idOf({ appToken, eventName }: Pick<EventRow, "appToken" | "eventName">): string {
  return JSON.stringify([appToken, eventName]);
}

/** Apps and events of each call upstream. */
function callsFor(
  appTokens: readonly string[],
  events: readonly EventWish[],
): [apps: string[], events: EventWish[]][] {
  return chunks(events, maxRowsInCall).flatMap((wishes) =>
    chunks(appTokens, Math.max(1, Math.floor(maxRowsInCall / wishes.length))).map(
      (apps): [string[], EventWish[]] => [apps, wishes],
    ),
  );
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

async function sendCall(adjust: Adjust, apps: string[], wishes: EventWish[]): Promise<EventRow[]> {
  const { body } = await adjust.call({
    path: path`/app-automation/events`,
    method: "POST",
    json: { app_tokens: apps, events: wishes },
    // Adjust matches events by name: sending one again changes it into what it is.
    idempotent: true,
  });
  if (!isObject(body)) return unusable("It is not an object.", "POST", true);
  const successes = listOf(body.successes);
  const failures = listOf(body.failures);
  return apps.flatMap((appToken) =>
    wishes.map(({ name }): EventRow => {
      const row = { appToken, eventName: name };
      const ofApp = failures.filter((failure) => failure.app_token === appToken);
      // A failure of a whole app may come without the name of an event.
      const failed =
        ofApp.find((failure) => failure.name === name) ?? ofApp.find(({ name: said }) => said == null);
      const success = successes.find(
        ({ app_token, event }) => app_token === appToken && isObject(event) && event.name === name,
      );
      if (failed) return { ...row, ok: false, details: adjust.credential.redact(textOf(failed.details)) };
      if (!success) return { ...row, ok: false, details: "Adjust's answer does not mention this event." };
      const token = isObject(success.event) ? success.event.token : undefined;
      return {
        ...row,
        ...(token != null && { eventToken: adjust.credential.redact(String(token)) }),
        ok: true,
      };
    }),
  );
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textOf(details: unknown): string {
  if (details === undefined || details === null || details === "") return "Adjust does not say why.";
  return typeof details === "string" ? details : JSON.stringify(details);
}
