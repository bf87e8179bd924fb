import type { CallbackSender } from "../callbacks/sender.ts";
import type { Call } from "../core/call.ts";
import { Refused, type Reply } from "../core/reply.ts";
import { createRouter } from "../core/router.ts";
import type { Service } from "../core/server.ts";
import type { SimulatorKeys } from "../keys.ts";
import type { World } from "../world/world.ts";
import { appRoutes } from "./apps.ts";
import { authenticate } from "./authenticate.ts";
import { campaignRoutes } from "./campaign.ts";
import { deepLinkRoutes } from "./deep-links.ts";
import { deviceRoutes } from "./devices.ts";
import { refuse, statusReply } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { reportRoutes } from "./reports/index.ts";
import { s2sRoutes } from "./s2s.ts";
import { settingsRoutes } from "./settings.ts";
import { ticketRoutes } from "./tickets.ts";

/**
 * Adjust: App Automation, the Report Service, the Campaign API, deep links, devices and the server-to-server services,
 * all at one origin, since their paths differ from each other. A new subject is a file with its routes, named here.
 */
export function createAdjust(
  world: () => World,
  keys: () => SimulatorKeys,
  callbacks: CallbackSender,
): Service {
  const state = () => world().adjust;
  const route = createRouter([
    ...appRoutes(state),
    ...settingsRoutes(state),
    ...eventRoutes(state),
    ...ticketRoutes(state),
    ...reportRoutes(state),
    ...campaignRoutes(state),
    ...deepLinkRoutes(state),
    ...deviceRoutes(state),
    ...s2sRoutes(state, keys, callbacks),
  ]);

  function answer(call: Call): Reply {
    authenticate(call, keys());
    const match = route(call.method, call.path);
    if (match.kind === "none") throw refuse(404, "Not found");
    if (match.kind === "other-method") {
      const { reply, message } = refuse(405, "Method not allowed");
      throw new Refused({ ...reply, headers: { allow: match.methods.join(", ") } }, message);
    }
    return match.route.handle(call, match.parameters, undefined);
  }

  return { answer, errorReply: statusReply };
}
