import { readBody, readChoice, readCount, readObject, readText } from "../core/control-body.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { World } from "../world/world.ts";
import { type CallbackSender, type CallbackWish, callbackForgeries, type SentCallback } from "./sender.ts";

/** More than any burst of a test. */
const maxCount = 1_000;

/** What the control server takes at `/simulator/adjust-callbacks`; every member may be left out. */
const members = [
  "url",
  "activityKind",
  "appToken",
  "event",
  "environment",
  "values",
  "at",
  "count",
  "copies",
  "lost",
  "forged",
  "retry",
] as const;

function readWish(body: JsonObject, activityKind: string): CallbackWish {
  const event = readText(body, "event");
  const at = readCount(body, "at", Number.MAX_SAFE_INTEGER);
  const count = readCount(body, "count", maxCount);
  const copies = readCount(body, "copies", maxCount);
  const forged = readChoice(body, "forged", callbackForgeries);
  const values = Object.entries(readObject(body, "values") ?? {});
  return {
    activityKind,
    appToken: readText(body, "appToken") ?? "hk1ios2game3",
    environment: readChoice(body, "environment", ["production", "sandbox"]) ?? "production",
    values: Object.fromEntries(values.map(([name, value]) => [name, String(value)])),
    lost: body.lost === true,
    ...(event !== undefined && { event }),
    ...(at !== undefined && { at }),
    ...(count !== undefined && { count }),
    ...(copies !== undefined && { copies }),
    ...(forged && { forged }),
  };
}

/** Without the secret token, which stands in the URL. */
function shown({ activityKind, appToken, url, attempts }: SentCallback): Json {
  const parameters = Object.fromEntries(
    [...new URL(url).searchParams].filter(([name, value]) => name !== "token" && value !== ""),
  );
  const tries = attempts.map(({ attemptDate, ...delivered }) => ({
    attemptDate: new Date(attemptDate).toISOString(),
    status: "status" in delivered ? delivered.status : null,
    failure: "failure" in delivered ? delivered.failure : null,
  }));
  return { activityKind, appToken, parameters, attempts: tries };
}

/** Every callback, oldest first. */
export function callbackOverview({ adjust }: World): Json {
  return { value: adjust.callbacks.map(shown) };
}

/**
 * Does what a body posted to the control server says: `url` is what Adjust was told, an activity is called back for,
 * and `retry` sends again what has not arrived.
 *
 * @throws RangeError with a sentence on what is wrong.
 */
export async function controlCallbacks(body: Json | undefined, sender: CallbackSender): Promise<Json> {
  const wish = readBody(body, members);
  const url = wish.url === null ? null : readText(wish, "url");
  if (url !== undefined) sender.configure(url);
  const activityKind = readText(wish, "activityKind");
  const sent = activityKind === undefined ? [] : await sender.send(readWish(wish, activityKind));
  const again = wish.retry === true ? await sender.retryNow() : [];
  return { sent: [...sent, ...again].map(shown) };
}
