import type { Call } from "../core/call.ts";
import { Refused, type Reply } from "../core/reply.ts";
import { createRouter } from "../core/router.ts";
import type { Service } from "../core/server.ts";
import type { SimulatorKeys } from "../keys.ts";
import type { Outbox } from "../notifications/outbox.ts";
import type { World } from "../world/world.ts";
import { advancedCommerceRoutes } from "./advanced-commerce.ts";
import { createAuthenticator } from "./authenticate.ts";
import { consumptionRoutes } from "./consumption.ts";
import type { ServerContext, ServerRoute } from "./context.ts";
import { noEndpoint, rateLimited, statusReply } from "./errors.ts";
import { extensionRoutes } from "./extensions.ts";
import { externalPurchaseRoutes } from "./external-purchases.ts";
import { finishRoutes } from "./finish.ts";
import { lookUpRoutes } from "./look-ups.ts";
import { notificationHistoryRoutes } from "./notification-history.ts";
import { notificationRoutes } from "./notifications.ts";
import type { PayloadSigner } from "./payload-signer.ts";
import { performanceTestRoutes } from "./performance-tests.ts";
import { createRateLimiter } from "./rate-limits.ts";
import { realtimeUrlRoutes } from "./realtime-url.ts";
import { retentionRoutes } from "./retention-messaging.ts";
import { subscriptionRoutes } from "./subscriptions.ts";
import { transactionRoutes } from "./transactions.ts";

/** One environment of the App Store Server API. A new subject is a file with its routes, named here. */
export function createAppStoreServer(
  environment: "production" | "sandbox",
  world: () => World,
  keys: () => SimulatorKeys,
  sign: PayloadSigner,
  notifications: Outbox,
): Service {
  const name = environment === "production" ? "Production" : "Sandbox";
  const authenticate = createAuthenticator(name, world, () => keys().inAppPurchase);
  const context: ServerContext = {
    environment: () => world().appStoreServer[environment],
    sign,
    notifications,
  };
  const routes: ServerRoute[] = [
    ...transactionRoutes(context),
    ...subscriptionRoutes(context),
    ...lookUpRoutes(context),
    ...notificationRoutes(context),
    ...notificationHistoryRoutes(context),
    ...finishRoutes(context),
    ...consumptionRoutes(context),
    ...extensionRoutes(context),
    ...advancedCommerceRoutes(context),
    ...externalPurchaseRoutes(context),
    ...retentionRoutes(context),
    ...realtimeUrlRoutes(context),
    ...performanceTestRoutes(context),
  ];
  const route = createRouter(routes);
  const perSecond = new Map(routes.map((known) => [`${known.method} ${known.path}`, known.perSecond]));
  const secondsToWait = createRateLimiter(environment === "sandbox");

  function answer(call: Call): Reply {
    const caller = authenticate(call);
    const match = route(call.method, call.path);
    if (match.kind !== "route") throw noEndpoint();
    if (world().appStoreServer.enforceRateLimits) {
      const endpoint = `${match.route.method} ${match.route.path}`;
      const seconds = secondsToWait(
        `${caller.bundleId} ${endpoint}`,
        perSecond.get(endpoint) ?? 1,
        call.nowMs,
      );
      if (seconds > 0) throw new Refused(rateLimited(call.nowMs, seconds), "4290000 published rate limit");
    }
    return match.route.handle(call, match.parameters, caller);
  }

  return { answer, errorReply: statusReply };
}
