import { randomUUID } from "node:crypto";
import type { JsonObject } from "../core/json.ts";
import type { SentNotification } from "../world/transactions.ts";
import { allowQuery, type ServerContext, type ServerRoute } from "./context.ts";
import { refuse } from "./errors.ts";

/** A notification as Apple's history and the status of a test tell of it. */
export function sentJson({ signedPayload, attempts }: SentNotification): JsonObject {
  const sendAttempts = attempts.map(({ attemptDate, sendAttemptResult }) => ({
    attemptDate,
    sendAttemptResult,
  }));
  return { signedPayload, sendAttempts };
}

/** Test notifications, which are sent like all others. */
export function notificationRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "POST",
      path: "/inApps/v1/notifications/test",
      perSecond: 1,
      handle: (call, _parameters, { bundleId }) => {
        allowQuery(call, []);
        const { name } = context.environment();
        const environment = name === "Production" ? "production" : "sandbox";
        if (context.notifications.urlOf(environment, bundleId) === undefined) throw refuse(4040007);
        const notificationUUID = randomUUID();
        void context.notifications.send({ environment, bundleId, type: "TEST", notificationUUID });
        const token = `${notificationUUID}_${call.nowMs}_${name.toUpperCase()}`;
        return { status: 200, json: { testNotificationToken: token } };
      },
    },
    {
      method: "GET",
      path: "/inApps/v1/notifications/test/{testNotificationToken}",
      perSecond: 1,
      handle: (call, { testNotificationToken: token = "" }, { bundleId }) => {
        allowQuery(call, []);
        if (!/^[0-9a-f-]{36}_\d{1,15}_(PRODUCTION|SANDBOX)$/.test(token)) throw refuse(4000020);
        const sent = context
          .environment()
          .notifications.find((known) => known.notificationUUID === token.slice(0, 36));
        // There is no status before the first attempt has ended.
        const [first] = sent?.attempts ?? [];
        if (sent?.bundleId !== bundleId || sent.type !== "TEST" || first === undefined) throw refuse(4040008);
        const firstSendAttemptResult = first.sendAttemptResult;
        return { status: 200, json: { ...sentJson(sent), firstSendAttemptResult } };
      },
    },
  ];
}
