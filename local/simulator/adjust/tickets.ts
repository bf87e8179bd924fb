import { randomUUID } from "node:crypto";
import type { JsonObject } from "../core/json.ts";
import type { Route } from "../core/router.ts";
import type { AdjustState, AdjustTicket } from "../world/adjust.ts";
import { readQuery } from "./body.ts";
import { refuse } from "./errors.ts";

/** Queues a job that ends well after it was asked for twice. @returns its ticket token. */
export function queueJob(
  state: AdjustState,
  kind: string,
  { end = "completed", result }: { end?: AdjustTicket["end"]; result: JsonObject },
): string {
  const token = randomUUID();
  state.tickets.set(token, { kind, asked: 0, end, result });
  return token;
}

/** The state of background jobs: new, opened, then completed or failed, one step each time it is asked for. */
export function ticketRoutes(state: () => AdjustState): Route<undefined>[] {
  return [
    {
      method: "GET",
      path: "/app-automation/status/{ticketToken}",
      handle: (call, { ticketToken = "" }) => {
        readQuery(call, []);
        const ticket = state().tickets.get(ticketToken);
        if (ticket === undefined) throw refuse(404, "Ticket not found");
        const status = ["new", "opened"][ticket.asked] ?? ticket.end;
        ticket.asked += 1;
        const result = status === "new" || status === "opened" ? {} : ticket.result;
        const spelled = state().capitalStatuses ? status.toUpperCase() : status;
        return { status: 200, json: { status: spelled, kind: ticket.kind, result } };
      },
    },
  ];
}
