import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The key that a request brings: the header, or `?code=` where there is no such header, the first of several. */
export function keyOf(request: IncomingMessage, query: URLSearchParams): string | undefined {
  const header = request.headersDistinct["x-functions-key"];
  if (header !== undefined) {
    return header[0];
  }
  return [...query].find(([name]) => name.toLowerCase() === "code")?.[1];
}

/** A check against one key whose duration tells neither the key's length nor how much of a guess is right. */
export function keyCheck(key: string): (candidate: string | undefined) => boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const expected = digest(key);
  return (candidate) => candidate !== undefined && timingSafeEqual(digest(candidate), expected);
}
