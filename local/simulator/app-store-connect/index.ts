import type { Call } from "../core/call.ts";
import { Refused, type Reply } from "../core/reply.ts";
import { createRouter, type RouteMatch } from "../core/router.ts";
import type { Service } from "../core/server.ts";
import type { AppStoreConnectKey, SimulatorKeys } from "../keys.ts";
import type { WebhookSender } from "../webhooks/sender.ts";
import type { World } from "../world/world.ts";
import { appRoutes } from "./apps.ts";
import { createAuthenticator } from "./authenticate.ts";
import { forbidden, noPath, statusReply } from "./errors.ts";
import { inAppPurchaseRoutes } from "./in-app-purchases.ts";
import { pricePointRoutes } from "./prices/price-points.ts";
import { priceScheduleRoutes } from "./prices/schedules.ts";
import { subscriptionPriceRoutes } from "./prices/subscription-prices.ts";
import { createRateLimiter } from "./rate-limits.ts";
import { salesReportRoutes } from "./sales-reports.ts";
import { subscriptionRoutes } from "./subscriptions.ts";
import { territoryRoutes } from "./territories.ts";
import { userRoutes } from "./users.ts";
import { webhookRoutes } from "./webhooks.ts";

/**
 * What shares a budget of a minute: each endpoint of price schedules has one of its own, all other writes have one
 * together, and other reads none.
 */
function minuteOf(method: string, match: RouteMatch<AppStoreConnectKey>): string | undefined {
  if (match.kind === "route" && /PriceSchedule/.test(match.route.path))
    return `${method} ${match.route.path}`;
  return method === "GET" ? undefined : "writes";
}

/** App Store Connect. A new subject is a file with its routes, named here. */
export function createAppStoreConnect(
  world: () => World,
  keys: () => SimulatorKeys,
  webhooks: WebhookSender,
): Service {
  const authenticate = createAuthenticator(() => keys().appStoreConnect);
  const spend = createRateLimiter();
  const route = createRouter([
    ...appRoutes(world),
    ...inAppPurchaseRoutes(world),
    ...territoryRoutes(world),
    ...subscriptionRoutes(world),
    ...pricePointRoutes(world),
    ...priceScheduleRoutes(world),
    ...subscriptionPriceRoutes(world),
    ...userRoutes(world),
    ...salesReportRoutes(world),
    ...webhookRoutes(world, webhooks),
  ]);

  function answer(call: Call): Reply {
    const key = authenticate(call);
    const { limits, agreementMissing } = world().appStoreConnect;
    const match = route(call.method, call.path);
    const budget = spend(key.keyId, minuteOf(call.method, match), limits, call.nowMs);
    const withBudget = (reply: Reply): Reply => ({
      ...reply,
      headers: { ...reply.headers, ...budget.headers },
    });
    if (budget.exceeded !== undefined) return withBudget(budget.exceeded);
    try {
      if (agreementMissing) {
        const detail = "A required agreement is missing or has expired.";
        throw forbidden(detail, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED");
      }
      if (match.kind === "none") throw noPath();
      if (match.kind === "other-method")
        throw forbidden(
          `The resource does not allow ${call.method}. Allowed are: ${match.methods.join(", ")}.`,
        );
      return withBudget(match.route.handle(call, match.parameters, key));
    } catch (error) {
      if (error instanceof Refused) throw new Refused(withBudget(error.reply), error.message);
      throw error;
    }
  }

  return { answer, errorReply: statusReply };
}
