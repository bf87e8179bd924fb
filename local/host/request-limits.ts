import type { IncomingMessage } from "node:http";

/** Kestrel's limits, which the Functions host leaves as they are except for the body (100 MiB). */
export const limits = {
  requestLineBytes: 8 * 1024,
  headerBytes: 32 * 1024,
  headerCount: 100,
  bodyBytes: 100 * 1024 * 1024,
} as const;

/** `host`, `host:port`, or an IPv6 literal in brackets. */
const hostForm = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/;

/**
 * The status that Kestrel would answer before any function sees the request, or undefined when it is in order. Only
 * the origin form of a target is taken: `/path?query` in printable ASCII.
 */
export function refusalOf(request: IncomingMessage): 400 | 413 | 414 | 431 | undefined {
  const { method = "", url = "", headers, rawHeaders } = request;
  // "METHOD target HTTP/1.1\r\n"
  if (method.length + url.length + 12 > limits.requestLineBytes) {
    return 414;
  }
  if (rawHeaders.length / 2 > limits.headerCount) {
    return 431;
  }
  if (!/^\/[\x21-\x7e]*$/.test(url) || /%00/.test(url.split("?", 1)[0] ?? "") || url.includes("#")) {
    return 400;
  }
  if (headers.host === undefined || !hostForm.test(headers.host)) {
    return 400;
  }
  return Number(headers["content-length"] ?? 0) > limits.bodyBytes ? 413 : undefined;
}

/** The chunks of a body, up to the limit. @throws Error when a body without a declared length is longer. */
export async function* limitedBody(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limits.bodyBytes) {
      throw new Error("The request body is larger than 100 MiB.");
    }
    yield chunk;
  }
}
