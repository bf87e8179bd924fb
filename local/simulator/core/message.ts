import type { OutgoingHttpHeaders } from "node:http";
import type { Reply } from "./reply.ts";

/** An answer ready for the wire. */
export interface Message {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

/** Adds what every answer has: `Date` from the service's own clock, content type and length. */
export function toMessage(reply: Reply, nowMs: number): Message {
  const headers: Message["headers"] = { date: new Date(nowMs).toUTCString() };
  let body = Buffer.alloc(0);
  if (reply.bytes !== undefined) body = Buffer.from(reply.bytes);
  else if (reply.json !== undefined) {
    body = Buffer.from(JSON.stringify(reply.json));
    headers["content-type"] = "application/json";
  }
  Object.assign(headers, reply.headers);
  // 204 has no content and therefore no length (RFC 9110, 8.6).
  if (reply.status !== 204) headers["content-length"] = String(body.length);
  return { status: reply.status, headers, body };
}
