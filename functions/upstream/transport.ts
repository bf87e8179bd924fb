import type { AxiosAdapter } from "axios";
import { Agent, type Dispatcher } from "undici";
import type { Attempt, Exchange } from "./client.ts";

/**
 * The transport below axios: undici's client instead of axios' own one.
 *
 * Why: on the same machine it moves about twice the requests a second, it never follows redirects and never expands
 * bodies on its own, and it takes the URL as it stands, where axios' own transport removes tabs and line breaks.
 */

/** Connections to one origin. Enough for a busy instance, few enough not to look like an attack. */
const connectionsPerOrigin = 64;

/** TLS and TCP set-up take well under a second between clouds; a host that needs longer is not there. */
const connectTimeoutMs = 10_000;

/** Apple and Adjust close idle connections after about a minute; ours go first, so that no write meets a closed one. */
const keepAliveMs = 20_000;

/** Who we are, for the service's own logs. */
const userAgent = "app-store-relay/1";

/** Opens the connections that every upstream call shares. */
export function openConnections(): Agent {
  return new Agent({
    connections: connectionsPerOrigin,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    // The total deadline ends a call; these would only end it earlier, with a less clear error.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 32 * 1024,
  });
}

/** An axios adapter over undici: takes an `Attempt` and answers with an `Exchange`, whose body is undecoded. */
export function undiciAdapter(dispatcher: Dispatcher): AxiosAdapter {
  return async (config) => {
    const attempt: Attempt = config.data;
    const url = new URL(attempt.url);
    const { statusCode, headers, body } = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: attempt.method,
      headers: headersOf(attempt),
      body: attempt.body ?? null,
      signal: attempt.signal,
    });
    const data: Exchange = { status: statusCode, headers: joined(headers), body };
    return { data, status: statusCode, statusText: "", headers: {}, config };
  };
}

/** Built from nothing: what is not named here does not go upstream. */
function headersOf(attempt: Attempt): Record<string, string> {
  const headers: Record<string, string> = {
    accept: attempt.accept,
    "accept-encoding": "gzip",
    "user-agent": userAgent,
  };
  if (attempt.authorization !== undefined) headers.authorization = attempt.authorization;
  if (attempt.contentType !== undefined) headers["content-type"] = attempt.contentType;
  if (attempt.contentLength !== undefined) headers["content-length"] = String(attempt.contentLength);
  return headers;
}

/** Repeated headers as one, in the way RFC 9110 joins them. */
function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return result;
}
