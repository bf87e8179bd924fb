import type { Message } from "../core/message.ts";
import type { Reply } from "../core/reply.ts";
import { textReply } from "../core/reply.ts";
import type { AnswerFault } from "./fault.ts";
import { gzipBomb, nestedBomb } from "./gzip-bomb.ts";
import { retryAfterValue } from "./retry-after.ts";

/** The size of T9's bomb: 200 MB from about 200 KB. */
const defaultBombSize = 200 * 1_048_576;
/** One megabyte past the 10 MB of JSON that clients of these services may read. */
const defaultOversize = 11 * 1_048_576;

const page =
  "<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>";

/** Whether the handler runs, and a write is applied, before the fault acts. */
export function runsHandler(fault: AnswerFault): boolean {
  switch (fault.kind) {
    case "applied-then-lost":
    case "drip":
    case "truncated":
    case "gzip-bomb":
    case "oversized":
      return true;
    case "reset":
    case "stall":
      return fault.apply ?? fault.at !== "before-headers";
    default:
      return fault.apply ?? false;
  }
}

/** The answer that stands in for the real one, for faults that are answers; undefined for the others. */
export function faultReply(
  fault: AnswerFault,
  nowMs: number,
  errorReply: (status: number) => Reply,
): Reply | undefined {
  switch (fault.kind) {
    case "status": {
      const base = fault.status === 502 ? textReply(502, "text/html", page) : errorReply(fault.status);
      let reply: Reply = base;
      if (typeof fault.body === "string") reply = textReply(fault.status, "text/plain", fault.body);
      else if (fault.body !== undefined) reply = { status: fault.status, json: fault.body };
      const wait = fault.retryAfter && { "retry-after": retryAfterValue(fault.retryAfter, nowMs) };
      return { ...reply, headers: { ...reply.headers, ...wait, ...fault.headers } };
    }
    case "redirect":
      return { status: fault.status, headers: { location: fault.location } };
    case "html":
      return textReply(200, "text/html; charset=utf-8", page);
    case "empty":
      return { status: 200, headers: { "content-type": "application/json" } };
    case "no-content":
      return { status: 204 };
    default:
      return undefined;
  }
}

function bomb(fault: Extract<AnswerFault, { kind: "gzip-bomb" }>): Buffer {
  const size = fault.expandsTo ?? defaultBombSize;
  if (fault.variant === "nested") return nestedBomb(size);
  const whole = gzipBomb(size);
  return fault.variant === "truncated" ? whole.subarray(0, Math.floor(whole.length / 2)) : whole;
}

/** The real answer with its body made hostile; the message itself for faults that break the connection. */
export function faultMessage(message: Message, fault: AnswerFault): Message {
  if (fault.kind === "gzip-bomb") {
    const body = bomb(fault);
    const headers = { ...message.headers, "content-length": String(body.length) };
    if (message.headers["content-type"] === "application/a-gzip") return { ...message, headers, body };
    const encoding = fault.variant === "nested" ? "gzip, gzip" : "gzip";
    return { ...message, headers: { ...headers, "content-encoding": encoding }, body };
  }
  if (fault.kind === "oversized") {
    const missing = Math.max(0, (fault.bytes ?? defaultOversize) - message.body.length);
    const body = Buffer.concat([message.body, Buffer.alloc(missing, " ")]);
    const { "content-length": _length, ...headers } = message.headers;
    if (fault.contentLength === false) return { ...message, headers, body };
    return { ...message, headers: { ...headers, "content-length": String(body.length) }, body };
  }
  if (fault.kind === "truncated") {
    const body = message.body.subarray(0, Math.floor(message.body.length / 2));
    if (fault.contentLength === "wrong") return { ...message, body };
    return { ...message, headers: { ...message.headers, "content-length": String(body.length) }, body };
  }
  return message;
}
