import type { Readable } from "node:stream";
import { publicOrigins } from "../configuration.ts";
import type { ChosenCredential, TokenAudience } from "../credentials/index.ts";
import type { RawAnswer, RawRequest } from "../raw.ts";
import type { Scope } from "../scope.ts";
import {
  expandedBody,
  isJson,
  maxJsonBytes,
  maxStreamBytes,
  parseJson,
  readBytes,
} from "../upstream/body.ts";
import { discard, type Exchange } from "../upstream/client.ts";
import type { OriginName } from "../upstream/origins.ts";
import type { UpstreamPath } from "../upstream/path.ts";
import { relayHeader, relayQuery } from "./request.ts";
import { rewriteLinks } from "./rewrite.ts";

/** What a relay has made of its request. */
export interface Forwarding {
  origin: OriginName;
  path: UpstreamPath;
  credential: ChosenCredential;
  audience?: TokenAudience;
  body: Uint8Array | Readable | undefined;
  /** Present: the service pages by links, which are rewritten to this route; `credential` is the caller's own. */
  links?: { route: string; credential: string | undefined };
}

/** Headers of an answer that pass through. */
const passedHeaders = ["content-type", "x-rate-limit", "retry-after"];

/** Statuses that have no body (RFC 9110, 15.3.5 and 15.3.6). The Functions library would leave a stream unread. */
const withoutBody = new Set([204, 205]);

/** Sends a raw relay's request and hands the answer back as it is, whatever its status. */
export async function forward(request: RawRequest, scope: Scope, facts: Forwarding): Promise<RawAnswer> {
  const { origin, path, credential, audience, body, links } = facts;
  const accept = relayHeader(request, "accept");
  const contentType = relayHeader(request, "content-type");
  const query = relayQuery(request);
  const { status, headers, result } = await scope.upstream.send(
    {
      origin,
      method: request.method,
      path,
      query,
      credential,
      deadline: scope.deadline,
      ...(audience && { audience }),
      ...(accept !== undefined && { accept }),
      ...(body !== undefined && { body, contentLength: request.contentLength }),
      ...(body !== undefined && contentType !== undefined && { contentType }),
    },
    receive,
  );
  const passed: Record<string, string> = {};
  for (const name of passedHeaders) {
    const value = headers[name];
    if (value !== undefined) passed[name] = value;
  }
  return { status, headers: { "cache-control": "no-store", ...passed }, body: result };

  async function receive(exchange: Exchange): Promise<RawAnswer["body"]> {
    if (withoutBody.has(exchange.status)) {
      discard(exchange);
      return undefined;
    }
    if (!isJson(exchange.headers["content-type"])) return expandedBody(exchange, maxStreamBytes);
    if (exchange.status >= 400) return readErrorBytes(exchange);
    const bytes = await readBytes(exchange, maxJsonBytes, scope.deadline.signal);
    if (bytes.length === 0) return undefined;
    const { text } = parseJson(bytes);
    if (!links) return bytes;
    const rewritten = rewriteLinks(text, {
      origins: [scope.upstream.origin(origin), publicOrigins[origin]],
      relayUrl: `${scope.origin}/api/${links.route}`,
      path: path.encoded,
      query,
      credential: links.credential,
    });
    return rewritten === text ? bytes : Buffer.from(rewritten);
  }

  /** A refusal stays one, with its status, when its body is no JSON or breaks off. */
  async function readErrorBytes(exchange: Exchange): Promise<Uint8Array | undefined> {
    try {
      const bytes = await readBytes(exchange, maxJsonBytes, scope.deadline.signal);
      return bytes.length === 0 ? undefined : bytes;
    } catch {
      exchange.body.destroy();
      return undefined;
    }
  }
}
