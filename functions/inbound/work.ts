import type { EventSource } from "../events/event.ts";
import { createSlots } from "../jobs/slots.ts";
import type { Services } from "../scope.ts";
import { verifyCallback } from "./adjust.ts";
import { verifyWebhook } from "./app-store-connect.ts";
import { verifyNotification } from "./app-store-server.ts";
import { createInboundHandler, eventsAtOnce } from "./handler.ts";
import { createKeys } from "./keys.ts";
import type { InboundFunction, Verify } from "./source.ts";

/** How each source is verified. */
export const verifications: Readonly<Record<EventSource, Verify>> = {
  "app-store-server": verifyNotification,
  "app-store-connect": verifyWebhook,
  adjust: verifyCallback,
};

/** A handler that logs as its invocation does. */
type Receive = (log: (line: string) => void) => ReturnType<typeof createInboundHandler>;

/** Handlers for the life of a process. Each function has room of its own, so that one source crowds out no other. */
export function createInbound(services: Services): (inbound: InboundFunction) => Receive {
  const keys = createKeys(services.credentials, services.runtime);
  const made = new Map<EventSource, Receive>();
  return (inbound) => {
    const known = made.get(inbound.source);
    if (known) return known;
    const slots = createSlots(eventsAtOnce);
    const verify = verifications[inbound.source];
    const receive: Receive = (log) => createInboundHandler(inbound, { services, keys, slots, verify, log });
    made.set(inbound.source, receive);
    return receive;
  };
}
