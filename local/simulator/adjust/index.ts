import type { Call } from "../core/call.ts";
import { Refused, type Reply } from "../core/reply.ts";
import { createRouter } from "../core/router.ts";
import type { Service } from "../core/server.ts";
import type { SimulatorKeys } from "../keys.ts";
import type { World } from "../world/world.ts";
import { appRoutes } from "./apps.ts";
import { refuse, statusReply } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { reportRoutes } from "./reports/index.ts";
import { settingsRoutes } from "./settings.ts";
import { ticketRoutes } from "./tickets.ts";

/** Adjust: App Automation and the Report Service. A new subject is a file with its routes, named here. */
export function createAdjust(world: () => World, keys: () => SimulatorKeys): Service {
  const state = () => world().adjust;
  const route = createRouter([
    ...appRoutes(state),
    ...settingsRoutes(state),
    ...eventRoutes(state),
    ...ticketRoutes(state),
    ...reportRoutes(state),
  ]);

  function answer(call: Call): Reply {
    const token = /^Bearer ([^\s]+)$/.exec(call.headers.authorization ?? "")?.[1];
    if (!keys().adjust.some((known) => known.token === token))
      throw new Refused(statusReply(401), token === undefined ? "no bearer token" : "the token is not known");
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
