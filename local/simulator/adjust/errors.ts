import { Refused, type Reply } from "../core/reply.ts";

/*
 * Adjust documents which statuses these services answer but not what their bodies look like. `detail`, and `errors`
 * by field, are assumed here; a client must do without them.
 */

const details: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Invalid token",
  403: "Permission denied",
  404: "Not found",
  413: "Request entity too large",
  429: "Too many requests",
  500: "Internal server error",
  503: "Service unavailable",
  504: "The query took too long",
};

/** The error body that belongs to a bare status. */
export function statusReply(status: number): Reply {
  return { status, json: { detail: details[status] ?? "Error" } };
}

export function refuse(status: number, detail: string): Refused {
  return new Refused({ status, json: { detail } }, detail);
}

/** 400 for a body or query, with what is wrong by field. */
export function invalid(errors: Readonly<Record<string, string>>): Refused {
  const json = { detail: "Invalid request", errors: { ...errors } };
  return new Refused({ status: 400, json }, `invalid: ${JSON.stringify(errors)}`);
}
