import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent, type Dispatcher } from "undici";
import { isLoopbackAddress, isPublicAddress } from "./address.ts";
import type { Callback } from "./callback-url.ts";

/**
 * Flows are called in a way of their own: not with axios and its retries towards the services, and at addresses that are
 * checked at the moment of connecting. Redirects are not followed, which undici never does by itself.
 */

/** What a flow answered, as far as anybody wants to know. */
export interface FlowAnswer {
  status: number;
  /** As it stands in the header. */
  retryAfter: string | undefined;
}

/** Posts an event to a flow. */
export interface Poster {
  /** @throws CallbackRefused for an address that is none of the public internet; what the network throws else. */
  post(callback: Callback, body: string, signal: AbortSignal): Promise<FlowAnswer>;
}

/** The callback's name leads to an address that is not called. */
export class CallbackRefused extends Error {
  override readonly name = "CallbackRefused";
}

/** An answer's body is read up to this and not looked at, so that the connection can serve the next call. */
const readBytes = 64 * 1024;

/** @param resolve names to addresses; the system's own unless a test has another. */
export function createPoster(resolve: LookupFunction = systemLookup as LookupFunction): Poster {
  const agentFor = (isAllowed: (address: string) => boolean) =>
    new Agent({
      connections: 8,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: 10_000, lookup: guarded(resolve, isAllowed) },
      keepAliveTimeout: 5_000,
      keepAliveMaxTimeout: 5_000,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16 * 1024,
    });
  const outside = agentFor(isPublicAddress);
  const local = agentFor((address) => isPublicAddress(address) || isLoopbackAddress(address));
  return {
    async post({ origin, host, path, mayBeLocal }, body, signal) {
      // A literal address is connected to without being looked up.
      const literal = /^[\d.]+$|^\[/.test(host);
      if (literal && !(mayBeLocal && isLoopbackAddress(host.replace(/^\[|\]$/g, "")))) {
        throw new CallbackRefused("The callback URL holds an address.");
      }
      const answer = await (mayBeLocal ? local : outside).request({
        origin,
        path,
        method: "POST",
        headers: { "content-type": "application/json; charset=utf-8", "user-agent": "app-store-relay/1" },
        body,
        signal,
      });
      const { statusCode, headers } = answer;
      await finish(answer.body, signal);
      const retryAfter = headers["retry-after"];
      return { status: statusCode, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter };
    },
  };
}

/** The status stands, whatever comes after it. */
async function finish(body: Dispatcher.ResponseData["body"], signal: AbortSignal): Promise<void> {
  try {
    await body.dump({ limit: readBytes, signal });
  } catch {
    body.destroy();
  }
}

/** A lookup that answers only what may be called: the very addresses that are connected to then. */
function guarded(resolve: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, options, (error, found, family) => {
      const all = Array.isArray(found) ? found.map(({ address }) => address) : [found];
      // One wrong answer among them is enough: whose names lead inside has no claim to be called.
      if (!error && !(all.length > 0 && all.every(isAllowed))) {
        callback(new CallbackRefused("The host leads to an address that is not public."), [], family);
        return;
      }
      callback(error, found, family);
    });
  };
}
