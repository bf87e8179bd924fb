import type { Runtime } from "../runtime.ts";
import { malformed, readBytes } from "./body.ts";
import { type Client, discard } from "./client.ts";
import { startDeadline } from "./deadline.ts";
import { rawPath, upstreamUrl } from "./path.ts";

/** An answer is a few KB: a signature and a certificate or two. */
const maxBytes = 64 * 1024;

/** A call of Apple's that brings a payload wants its answer within seconds. */
const defaultTimeoutMs = 2_000;

/** Asks a responder of certificate statuses (RFC 6960, appendix A): the request's bytes, the answer's bytes. */
export type Responder = (url: string, request: Uint8Array) => Promise<Uint8Array>;

/**
 * The responder at an origin. A certificate that names one elsewhere is not followed there, even where it leads to a
 * trusted root. Nothing is repeated: who asks remembers a failure for a while.
 */
export function createResponder(facts: {
  client: Client;
  runtime: Runtime;
  origin: string;
  timeoutMs?: number;
}): Responder {
  const { client, runtime, origin, timeoutMs = defaultTimeoutMs } = facts;
  return async (url, request) => {
    const path = url.startsWith(`${origin}/`) ? rawPath(url.slice(origin.length + 1)) : undefined;
    if (!path) throw new TypeError("The responder is not one that is asked.");
    const deadline = startDeadline(runtime, timeoutMs);
    try {
      const exchange = await client({
        method: "POST",
        url: upstreamUrl(origin, path, []),
        authorization: undefined,
        accept: "application/ocsp-response",
        contentType: "application/ocsp-request",
        contentLength: undefined,
        body: request,
        signal: deadline.signal,
      });
      const { status, headers } = exchange;
      if (status !== 200 || !/^application\/ocsp-response\s*(;|$)/i.test(headers["content-type"] ?? "")) {
        discard(exchange);
        throw malformed("The responder gave no answer of its kind.");
      }
      return await readBytes(exchange, maxBytes, deadline.signal);
    } finally {
      deadline.clear();
    }
  };
}
