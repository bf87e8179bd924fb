import { createHash } from "node:crypto";
import type { Call } from "../core/call.ts";
import { isJsonObject, type JsonObject, parseJson } from "../core/json.ts";
import { hasArrived } from "../notifications/outbox.ts";
import { notificationTypes } from "../notifications/types.ts";
import type { SentNotification } from "../world/transactions.ts";
import { allowQuery, bodyOf, type ServerContext, type ServerRoute, single } from "./context.ts";
import { refuse } from "./errors.ts";
import { sentJson } from "./notifications.ts";

/** Milliseconds. */
const day = 86_400_000;

/** How far back the history goes, in days. Source: Apple, Get Notification History. */
const keptDays = { Production: 180, Sandbox: 30 };

const pageSize = 20;

/** Apple does not say how long a token is good for. */
const tokenLifeMs = 3_600_000;

const members = [
  "startDate",
  "endDate",
  "notificationType",
  "notificationSubtype",
  "transactionId",
  "onlyFailures",
];

/** The history of notifications, a page of 20 at a time, each asked with the very same body. */
export function notificationHistoryRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "POST",
      path: "/inApps/v1/notifications/history",
      perSecond: 50,
      handle: (call, _parameters, { bundleId }) => {
        allowQuery(call, ["paginationToken"]);
        const fits = filterOf(context, call);
        const found = context
          .environment()
          .notifications.filter((sent) => sent.bundleId === bundleId && fits(sent));
        const token = single(call, "paginationToken");
        const from = token === undefined ? 0 : placeOf(token, call, found);
        const page = found.slice(from, from + pageSize);
        const last = page.at(-1);
        const hasMore = from + page.length < found.length;
        return {
          status: 200,
          json: {
            hasMore,
            ...(hasMore && last && { paginationToken: tokenAfter(last, call) }),
            notificationHistory: page.map(sentJson),
          },
        };
      },
    },
  ];
}

/** @throws Refused with the code of what Apple does not take. */
function filterOf(context: ServerContext, call: Call): (sent: SentNotification) => boolean {
  const { startDate, endDate, ...filters } = bodyOf(call, members);
  const { notificationType: type, notificationSubtype: subtype, transactionId, onlyFailures } = filters;
  const { name, transactions } = context.environment();
  if (!isTime(startDate)) throw refuse(4000015);
  if (!isTime(endDate)) throw refuse(4000016);
  if (startDate >= endDate) throw refuse(4000013);
  if (startDate < call.nowMs - keptDays[name] * day) throw refuse(4000012);
  if (transactionId !== undefined && type !== undefined) throw refuse(4000019);
  if (transactionId !== undefined && !/^\d{1,20}$/.test(String(transactionId))) throw refuse(4000006);
  if (type !== undefined || subtype !== undefined) {
    const known = notificationTypes[String(type)];
    const fitting = subtype === undefined || known?.subtypes.includes(String(subtype));
    if (known === undefined || !fitting) throw refuse(4000018);
  }
  if (onlyFailures !== undefined && typeof onlyFailures !== "boolean") throw refuse(4000000);
  const purchase = transactions.find((one) => one.transactionId === transactionId);
  const original = purchase?.originalTransactionId ?? transactionId;
  return (sent) =>
    sent.signedDate >= startDate &&
    sent.signedDate < endDate &&
    (type === undefined || sent.type === type) &&
    (subtype === undefined || sent.subtype === subtype) &&
    (transactionId === undefined || sent.originalTransactionId === original) &&
    (onlyFailures !== true || !hasArrived(sent));
}

function isTime(value: JsonObject[string]): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

const digestOf = (call: Call) => createHash("sha256").update(call.body).digest("base64url");

function tokenAfter({ notificationUUID }: SentNotification, call: Call): string {
  const place = { after: notificationUUID, body: digestOf(call), at: call.nowMs };
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** @throws Refused 4000014 for a token of another body or none, 4000017 for one that is too old. */
function placeOf(token: string, call: Call, found: readonly SentNotification[]): number {
  const place = parseJson(Buffer.from(token, "base64url").toString("utf8"));
  if (!isJsonObject(place) || place.body !== digestOf(call)) throw refuse(4000014);
  if (Number(place.at) + tokenLifeMs < call.nowMs) throw refuse(4000017);
  const last = found.findIndex(({ notificationUUID }) => notificationUUID === place.after);
  if (last < 0) throw refuse(4000014);
  return last + 1;
}
