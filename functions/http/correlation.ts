import { randomUUID } from "node:crypto";

/**
 * Id that joins a caller's records with ours: the trace id of a W3C `traceparent`, else a new one of the same form.
 *
 * @returns 32 lower-case hex digits.
 */
export function correlationId(traceparent: string | null): string {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? "")?.[1];
  return id !== undefined && !/^0+$/.test(id) ? id : randomUUID().replaceAll("-", "");
}
