import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { SentNotification } from "../world/transactions.ts";
import type { World } from "../world/world.ts";
import { type Forgery, forgeries } from "./forge.ts";
import type { EnvironmentName, NotificationSettings, Outbox, SendWish } from "./outbox.ts";

/** More than any page or burst of a test. */
const maxCount = 1_000;

/** What the control server takes at `/simulator/notifications`; every member may be left out. */
const members = {
  settings: ["environment", "bundleId", "url", "hourMs", "send", "retry"],
  send: [
    "environment",
    "bundleId",
    "type",
    "subtype",
    "productId",
    "transactionId",
    "count",
    "copies",
    "lost",
    "forged",
    "at",
  ],
};

class Wrong extends RangeError {}

function check(object: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Wrong(`${unknown} is not known; known are ${known.join(", ")}.`);
}

function text(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  if (value === undefined || typeof value === "string") return value;
  throw new Wrong(`${name} must be a text.`);
}

function count(object: JsonObject, name: string, most: number): number | undefined {
  const value = object[name];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Wrong(`${name} must be a whole number from 1 to ${most}.`);
}

function environmentOf(object: JsonObject): EnvironmentName | undefined {
  const value = object.environment;
  if (value === undefined || value === "production" || value === "sandbox") return value;
  throw new Wrong("environment must be production or sandbox.");
}

function readSettings(body: JsonObject): NotificationSettings {
  const environment = environmentOf(body);
  const bundleId = text(body, "bundleId");
  const url = body.url === null ? null : text(body, "url");
  const hourMs = count(body, "hourMs", 3_600_000);
  return {
    ...(environment && { environment }),
    ...(bundleId !== undefined && { bundleId }),
    ...(url !== undefined && { url }),
    ...(hourMs !== undefined && { hourMs }),
  };
}

function readForgery(send: JsonObject): Forgery | undefined {
  const wanted = text(send, "forged");
  const forgery = forgeries.find((known) => known === wanted);
  if (wanted !== undefined && forgery === undefined)
    throw new Wrong(`forged must be one of ${forgeries.join(", ")}.`);
  return forgery;
}

function readSend(send: JsonObject): SendWish {
  check(send, members.send);
  const productId = text(send, "productId");
  const transactionId = text(send, "transactionId");
  const times = count(send, "count", maxCount);
  const copies = count(send, "copies", maxCount);
  const forged = readForgery(send);
  const at = count(send, "at", Number.MAX_SAFE_INTEGER);
  return {
    environment: environmentOf(send) ?? "production",
    bundleId: text(send, "bundleId") ?? "com.example.stillwater",
    type: text(send, "type") ?? "TEST",
    subtype: text(send, "subtype") ?? null,
    lost: send.lost === true,
    ...(productId !== undefined && { productId }),
    ...(transactionId !== undefined && { transactionId }),
    ...(times !== undefined && { count: times }),
    ...(copies !== undefined && { copies }),
    ...(forged !== undefined && { forged }),
    ...(at !== undefined && { at }),
  };
}

function shown({
  notificationUUID,
  bundleId,
  type,
  subtype,
  signedDate,
  lost,
  attempts,
}: SentNotification): Json {
  const tries = attempts.map(({ attemptDate, sendAttemptResult, status = null }) => ({
    attemptDate: new Date(attemptDate).toISOString(),
    sendAttemptResult,
    status,
  }));
  const signed = new Date(signedDate).toISOString();
  return { notificationUUID, bundleId, type, subtype, signedDate: signed, lost, attempts: tries };
}

/** Both histories, without what is signed. */
export function notificationOverview({ appStoreServer }: World): Json {
  const { production, sandbox } = appStoreServer;
  return { production: production.notifications.map(shown), sandbox: sandbox.notifications.map(shown) };
}

/**
 * Does what a body posted to the control server says: settings first, then what is to be sent, then what is to be sent
 * again.
 *
 * @throws RangeError with a sentence on what is wrong.
 */
export async function controlNotifications(body: Json | undefined, outbox: Outbox): Promise<Json> {
  if (!isJsonObject(body)) throw new Wrong("The body must be a JSON object.");
  check(body, members.settings);
  outbox.configure(readSettings(body));
  const { send, retry } = body;
  if (send !== undefined && !isJsonObject(send)) throw new Wrong("send must be an object.");
  const sent = send === undefined ? [] : await outbox.send(readSend(send));
  const again = retry === true ? await outbox.retryNow() : [];
  return { sent: [...sent, ...again].map(shown) };
}
