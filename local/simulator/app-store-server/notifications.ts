import { randomUUID } from "node:crypto";
import { allowQuery, type ServerContext, type ServerRoute } from "./context.ts";
import { refuse } from "./errors.ts";

/** Test notifications. Nothing is sent: the status says that it was, once. */
export function notificationRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "POST",
      path: "/inApps/v1/notifications/test",
      perSecond: 1,
      handle: (call, _parameters, caller) => {
        allowQuery(call, []);
        const { name, notificationUrls, testNotifications } = context.environment();
        if (!notificationUrls.has(caller.bundleId)) throw refuse(4040007);
        const token = `${randomUUID()}_${call.nowMs}_${name.toUpperCase()}`;
        testNotifications.set(token, { bundleId: caller.bundleId, requestedAt: call.nowMs });
        return { status: 200, json: { testNotificationToken: token } };
      },
    },
    {
      method: "GET",
      path: "/inApps/v1/notifications/test/{testNotificationToken}",
      perSecond: 1,
      handle: (call, { testNotificationToken: token = "" }, caller) => {
        allowQuery(call, []);
        const { name, testNotifications } = context.environment();
        if (!/^[0-9a-f-]{36}_\d{1,15}_(PRODUCTION|SANDBOX)$/.test(token)) throw refuse(4000020);
        const sent = testNotifications.get(token);
        if (sent === undefined || sent.bundleId !== caller.bundleId) throw refuse(4040008);
        const signedPayload = context.sign({
          notificationType: "TEST",
          notificationUUID: token.slice(0, 36),
          version: "2.0",
          signedDate: sent.requestedAt,
          data: {
            bundleId: caller.bundleId,
            environment: name,
            ...(name === "Production" && { appAppleId: caller.appAppleId }),
          },
        });
        const sendAttempts = [{ attemptDate: sent.requestedAt, sendAttemptResult: "SUCCESS" }];
        return { status: 200, json: { signedPayload, firstSendAttemptResult: "SUCCESS", sendAttempts } };
      },
    },
  ];
}
