import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";

/**
 * The connections that answers go out on.
 *
 * The Functions library writes a streamed body to its response without looking at it: it takes more than a slow caller
 * does, all of it in memory, and reads on when the caller has left. It hands the response to nobody, but Node tells
 * every request of its HTTP servers on a channel (`http.server.request.start`, documented with diagnostics_channel).
 */
export interface Callers {
  /** The response of an invocation under way; undefined where the request did not come by HTTP streams. */
  responseOf(invocationId: string): ServerResponse | undefined;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** What the Functions host marks the requests with that it forwards. */
const invocationHeader = "x-ms-invocation-id";

/** Begins to watch, for as long as the process lives. To be called once. */
export function watchCallers(): Callers {
  const open = new Set<Exchange>();
  subscribe("http.server.request.start", (message) => {
    const exchange = message as Exchange;
    open.add(exchange);
    exchange.response.once("close", () => open.delete(exchange));
  });
  return {
    responseOf(invocationId) {
      for (const { request, response } of open) {
        if (request.headers[invocationHeader] === invocationId) return response;
      }
      return undefined;
    },
  };
}

/**
 * A body that goes no faster than the response takes it, and ends as soon as the caller has left.
 *
 * @throws what the body breaks with while the caller is still there, so that the caller's connection breaks too.
 */
export async function* pacedBody(body: Readable, response: ServerResponse): AsyncGenerator<Uint8Array> {
  const left = () => body.destroy();
  response.once("close", left);
  if (response.destroyed) left();
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      yield chunk;
      // By now the library has written the chunk.
      if (response.writableNeedDrain && !response.destroyed) {
        const settled = new AbortController();
        const { signal } = settled;
        await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
        settled.abort();
      }
    }
  } catch (error) {
    if (!response.destroyed) throw error;
  } finally {
    response.off("close", left);
    body.destroy();
  }
}
