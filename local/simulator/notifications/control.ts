import { checkNames, readBody, readChoice, readCount, readObject, readText } from "../core/control-body.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { SentNotification } from "../world/transactions.ts";
import type { World } from "../world/world.ts";
import { forgeries } from "./forge.ts";
import type { NotificationSettings, Outbox, SendWish } from "./outbox.ts";

const environments = ["production", "sandbox"] as const;

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

function readSettings(body: JsonObject): NotificationSettings {
  const environment = readChoice(body, "environment", environments);
  const bundleId = readText(body, "bundleId");
  const url = body.url === null ? null : readText(body, "url");
  const hourMs = readCount(body, "hourMs", 3_600_000);
  return {
    ...(environment && { environment }),
    ...(bundleId !== undefined && { bundleId }),
    ...(url !== undefined && { url }),
    ...(hourMs !== undefined && { hourMs }),
  };
}

function readSend(send: JsonObject): SendWish {
  checkNames(send, members.send);
  const productId = readText(send, "productId");
  const transactionId = readText(send, "transactionId");
  const times = readCount(send, "count", maxCount);
  const copies = readCount(send, "copies", maxCount);
  const forged = readChoice(send, "forged", forgeries);
  const at = readCount(send, "at", Number.MAX_SAFE_INTEGER);
  return {
    environment: readChoice(send, "environment", environments) ?? "production",
    bundleId: readText(send, "bundleId") ?? "com.example.stillwater",
    type: readText(send, "type") ?? "TEST",
    subtype: readText(send, "subtype") ?? null,
    lost: send.lost === true,
    ...(productId !== undefined && { productId }),
    ...(transactionId !== undefined && { transactionId }),
    ...(times !== undefined && { count: times }),
    ...(copies !== undefined && { copies }),
    ...(forged !== undefined && { forged }),
    ...(at !== undefined && { at }),
  };
}

/** A notification with its attempts, without what is signed. */
export function shownNotification({
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
  return {
    production: production.notifications.map(shownNotification),
    sandbox: sandbox.notifications.map(shownNotification),
  };
}

/**
 * Does what a body posted to the control server says: settings first, then what is to be sent, then what is to be sent
 * again.
 *
 * @throws RangeError with a sentence on what is wrong.
 */
export async function controlNotifications(body: Json | undefined, outbox: Outbox): Promise<Json> {
  const wish = readBody(body, members.settings);
  outbox.configure(readSettings(wish));
  const send = readObject(wish, "send");
  const sent = send === undefined ? [] : await outbox.send(readSend(send));
  const again = wish.retry === true ? await outbox.retryNow() : [];
  return { sent: [...sent, ...again].map(shownNotification) };
}
