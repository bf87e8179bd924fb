import { app } from "@azure/functions";
import { watchCallers } from "./http/callers.ts";
import { createHandler, type HandlerFacts } from "./http/handler.ts";
import { inOnePiece } from "./http/one-piece.ts";
import type { Operation } from "./operation.ts";

/**
 * Registers one function an operation, under the operation's own name.
 *
 * Streams are on: without them a request whose body comes in chunks, as from SDKs and webhooks, can arrive empty.
 */
export function registerOperations(
  operations: readonly Operation[],
  facts: Omit<HandlerFacts, "log" | "response">,
): void {
  app.setup({ enableHttpStream: true });
  const callers = watchCallers();
  for (const operation of operations) {
    app.http(operation.id, {
      methods: [...operation.methods],
      route: operation.route,
      // Never the library's default, which is to let everybody in.
      authLevel: operation.kind === "typed" && operation.open ? "anonymous" : "function",
      handler: (request, context) =>
        createHandler(operation, {
          ...facts,
          log: (line) => context.info(line),
          response: () => callers.responseOf(context.invocationId),
        })(request).then(inOnePiece),
    });
  }
}
