import type { HttpResponseInit } from "@azure/functions";
import type { Accepted } from "../accepted.ts";
import type { Created } from "../created.ts";
import { RelayError } from "../errors.ts";

/** Answers are for the caller alone and may hold customer data. */
const common = { "cache-control": "no-store", "content-type": "application/json; charset=utf-8" };

/** 200 with JSON. */
export function jsonAnswer(correlationId: string, body: unknown): HttpResponseInit {
  return {
    status: 200,
    headers: { ...common, "x-correlation-id": correlationId },
    body: JSON.stringify(body),
  };
}

/** 202 with where to ask for the result, and when. Source: the asynchronous pattern of Logic Apps. */
export function acceptedAnswer(correlationId: string, { facts }: Accepted): HttpResponseInit {
  const { location, retryAfterSeconds, body } = facts;
  return {
    status: 202,
    headers: {
      ...common,
      "x-correlation-id": correlationId,
      location,
      "retry-after": String(retryAfterSeconds),
    },
    body: JSON.stringify(body),
  };
}

/** 201 with where to delete what was made. Source: webhook triggers of custom connectors. */
export function createdAnswer(correlationId: string, { location, body }: Created): HttpResponseInit {
  return {
    status: 201,
    headers: { ...common, "x-correlation-id": correlationId, location },
    body: JSON.stringify(body),
  };
}

/** The error shape. @param raw whether the caller is a raw relay's, whose answers name our own failures in a header. */
export function errorAnswer(correlationId: string, error: RelayError, raw: boolean): HttpResponseInit {
  return {
    status: error.status,
    headers: {
      ...common,
      "x-correlation-id": correlationId,
      ...(error.retryAfterSeconds !== undefined && { "retry-after": String(error.retryAfterSeconds) }),
      ...(raw && { "x-relay-error": error.code }),
    },
    body: JSON.stringify(error.toBody(correlationId)),
  };
}

/** What kind of call failed, as far as the answer depends on it. */
export type CallKind = "read" | "write" | "raw-write";

/**
 * What was thrown, as an error of ours. Anything unforeseen keeps its text to itself. Of a write it cannot be known
 * what had been done by then; flows send POSTs again after a 500, so an operation's write answers 409 instead.
 */
export function toRelayError(thrown: unknown, kind: CallKind): RelayError {
  if (thrown instanceof RelayError) return thrown;
  return new RelayError(kind === "write" ? "outcome_unknown" : "internal_error", {
    message: "Something went wrong inside the relay.",
    hint:
      kind === "read"
        ? "Send the call again. If it stays, look for the correlation ID in the function app's log."
        : "Read back what the call was to change. The function app's log has the correlation ID.",
    outcome: kind === "read" ? "none" : "unknown",
    cause: thrown,
  });
}
