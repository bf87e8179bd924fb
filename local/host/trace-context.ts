import { randomBytes } from "node:crypto";

const traceParentForm = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The trace that an invocation belongs to: the caller's (W3C `traceparent`) with a span of its own, else a new one. */
export function traceContext(headers: Readonly<Record<string, string>>) {
  const [, traceId, , flags] = traceParentForm.exec(headers.traceparent ?? "") ?? [];
  const usable = traceId !== undefined && !/^0+$/.test(traceId);
  return {
    traceParent: `00-${usable ? traceId : randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-${usable ? flags : "00"}`,
    traceState: usable ? (headers.tracestate ?? "") : "",
    attributes: {},
  };
}
