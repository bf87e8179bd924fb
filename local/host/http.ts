import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, IncomingMessage, type Server, type ServerResponse } from "node:http";
import { keyCheck, keyOf } from "./function-key.ts";
import { type HttpFunction, triggerOf } from "./functions.ts";
import type { HostSettings } from "./host-json.ts";
import { runInvocation } from "./invocation.ts";
import { limitedBody, limits, refusalOf } from "./request-limits.ts";
import { findRoute, orderRoutes, parseRoute } from "./routes.ts";
import { traceContext } from "./trace-context.ts";
import { callerHeaders, httpTriggerMetadata } from "./trigger-metadata.ts";
import type { Worker } from "./worker.ts";

/** What the HTTP side of a host works with. */
export interface HttpSide {
  worker: Worker;
  functions: readonly HttpFunction[];
  settings: HostSettings;
  functionKey: string;
  /** The library's own server, which never listens: requests reach the handlers through it. */
  streamServer: Server;
  /** Keeps the host open until the promise has settled. */
  track(running: Promise<void>): void;
  /** Whether the host is closing. */
  closing(): boolean;
  /** Milliseconds, for durations. */
  now(): number;
}

// Kestrel keeps an idle connection for 130 s; Node's own 5 s would cut off callers that reuse theirs.
const keepAliveMs = 130_000;

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * Makes the server that answers HTTP requests with the app's functions, by the rules of the Functions host.
 *
 * @throws Error when two functions' routes are in each other's way.
 */
export function createHttpServer(side: HttpSide): Server {
  const { worker, settings } = side;
  const functions = new Map(side.functions.map((entry) => [entry.name, entry]));
  const routes = orderRoutes(
    side.functions.map(({ name, route, methods }) => parseRoute(name, route, methods)),
  );
  const holdsKey = keyCheck(side.functionKey);
  const prefix = settings.routePrefix === "" ? "/" : `/${settings.routePrefix}/`;
  let outstanding = 0;

  function addCustomHeaders(response: ServerResponse): void {
    for (const [name, value] of Object.entries(settings.customHeaders)) {
      response.setHeader(name, value);
    }
  }

  /** An answer of the host itself: a status without a body, and nothing of what a handler had set. */
  function answerEmpty(response: ServerResponse, status: number): void {
    if (response.headersSent) {
      // Too late to say so. A broken connection is the only way left to tell that the answer is not whole.
      response.destroy();
      return;
    }
    for (const name of response.getHeaderNames()) {
      response.removeHeader(name);
    }
    addCustomHeaders(response);
    response.writeHead(status, { "content-length": 0 }).end();
  }

  /** The function that answers, with its route parameters, or the status that the host answers instead. */
  function admit(request: IncomingMessage, path: string, query: URLSearchParams) {
    if (path.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) {
      return 404;
    }
    const match = findRoute(routes, request.method ?? "", path.slice(prefix.length));
    const found = match && functions.get(match.route.name);
    const registration = found && worker.registrations.get(found.name);
    if (match === undefined || found === undefined || registration === undefined) {
      return 404;
    }
    // Only the master key opens functions of level admin, and this host has none.
    if (found.authLevel === "admin" || (found.authLevel === "function" && !holdsKey(keyOf(request, query)))) {
      return 401;
    }
    // Asked after the key, as in Azure: without one, nobody learns what is switched off.
    return found.disabled ? 404 : { registration, params: match.params };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<string> {
    const [path = "", search = ""] = (request.url ?? "").split(/\?(.*)/s, 2);
    const query = new URLSearchParams(search);
    const admitted = admit(request, path, query);
    if (typeof admitted === "number") {
      answerEmpty(response, admitted);
      return "no function";
    }
    const { registration, params } = admitted;
    const invocationId = randomUUID();
    const headers = callerHeaders(request.rawHeaders);

    // What the Functions host adds when it forwards a request to the library's server.
    request.headers["x-ms-invocation-id"] = invocationId;
    request.headers["x-forwarded-host"] = request.headers.host;
    request.headers["x-forwarded-proto"] = "http";
    if (request.headers["content-length"] === undefined) {
      const chunks = IncomingMessage.prototype[Symbol.asyncIterator];
      request[Symbol.asyncIterator] = () => limitedBody(chunks.call(request));
    }
    side.streamServer.emit("request", request, response);

    const { name } = registration.metadata;
    try {
      await runInvocation(
        worker,
        registration,
        {
          invocationId,
          functionId: name,
          inputData: [{ name: triggerOf(registration).name, data: { http: {} } }],
          triggerMetadata: httpTriggerMetadata(headers, query, params),
          traceContext: traceContext(headers),
        },
        {
          checkResult(result) {
            // In Azure the caller would wait in vain.
            if (result === undefined || result === null) {
              throw new Error(
                `${name} returned nothing; a function with HTTP streams must return a response.`,
              );
            }
          },
          failedResult: { status: 500 },
        },
      );
    } catch (error) {
      worker.log({
        level: "error",
        category: "system",
        message: describe(error),
        functionName: name,
        invocationId,
      });
      if (!response.writableEnded) {
        answerEmpty(response, 500);
      }
    }
    return name;
  }

  const server = createServer(
    // The parser's limit counts the request line too.
    { maxHeaderSize: limits.headerBytes + limits.requestLineBytes, keepAliveTimeout: keepAliveMs },
    (request, response) => {
      // Callers come and go; what is written to one that has gone is lost, and that is all.
      request.on("error", () => undefined);
      response.on("error", () => undefined);
      addCustomHeaders(response);
      const refused = side.closing() ? 503 : refusalOf(request);
      if (refused !== undefined) {
        // What follows on this connection may be the rest of a body that nobody reads.
        response.shouldKeepAlive = false;
        answerEmpty(response, refused);
        return;
      }
      if (outstanding >= settings.maxOutstandingRequests) {
        answerEmpty(response, 429);
        return;
      }
      outstanding++;
      const started = side.now();
      const gone = once(response, "close");
      const answered = answer(request, response)
        .catch((error: unknown) => {
          worker.log({ level: "error", category: "system", message: describe(error) });
          answerEmpty(response, 500);
          return "host";
        })
        .then((who) => {
          outstanding--;
          const took = Math.round(side.now() - started);
          worker.log({
            level: "information",
            category: "system",
            // Neither path nor query: both can hold what must not be kept.
            message: `${request.method} ${who} ${response.statusCode} in ${took} ms`,
          });
          return gone;
        });
      // Until the last byte has left: a host that closes must not cut off an answer.
      side.track(answered.then(() => undefined));
    },
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const status =
      error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  return server;
}
