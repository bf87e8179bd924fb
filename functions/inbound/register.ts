import { app } from "@azure/functions";
import { errorAnswer } from "../http/answer.ts";
import { correlationId } from "../http/correlation.ts";
import { notConfigured } from "../http/handler.ts";
import { inOnePiece } from "../http/one-piece.ts";
import type { Services } from "../scope.ts";
import { inboundFunctions } from "./source.ts";
import type { createInbound } from "./work.ts";

/** Loads what verifies and stores: no other call should wait for it at a cold start. */
const loadWork = () => import("./work.ts");

/**
 * Registers the functions that services send events to, also where settings are wrong or storage is missing: they answer
 * 503 then, after which a service sends again, while after 404 it may stop for good.
 */
export function registerInbound(services: Services | { sentence: string }): void {
  // One for the process, since it counts what is under way.
  let inbound: ReturnType<typeof createInbound> | undefined;
  for (const entry of inboundFunctions) {
    app.http(entry.name, {
      methods: entry.methods,
      route: entry.route,
      // What a service signs, or the token that it was given, is the key.
      authLevel: "anonymous",
      async handler(request, context) {
        if ("sentence" in services) {
          const id = correlationId(request.headers.get("traceparent"));
          return inOnePiece(errorAnswer(id, notConfigured(services.sentence), false));
        }
        const { createInbound } = await loadWork();
        inbound ??= createInbound(services);
        return inbound(entry)((line) => context.info(line))(request).then(inOnePiece);
      },
    });
  }
}
