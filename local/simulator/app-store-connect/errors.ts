import { randomUUID } from "node:crypto";
import type { JsonObject } from "../core/json.ts";
import { Refused, type Reply } from "../core/reply.ts";

/** Where in a request an error sits. */
export type ErrorSource = { pointer: string } | { parameter: string };

/** One member of `errors`. Codes are Apple's; the words are the simulator's. */
export interface ApiError {
  code: string;
  title: string;
  detail: string;
  source?: ErrorSource;
}

/** An answer with `errors[]`, each with an id of its own and the status as a string, as App Store Connect has it. */
export function errorsReply(status: number, errors: readonly ApiError[]): Reply {
  const members = errors.map(({ code, title, detail, source }): JsonObject => {
    const error: JsonObject = { id: randomUUID(), status: String(status), code, title, detail };
    return source === undefined ? error : { ...error, source: { ...source } };
  });
  return { status, json: { errors: members } };
}

export function refuse(status: number, error: ApiError): Refused {
  return new Refused(errorsReply(status, [error]), `${error.code}: ${error.detail}`);
}

export function unknownParameter(name: string): Refused {
  const detail = `The parameter '${name}' can not be used with this request.`;
  const title = "A parameter of the request is not allowed.";
  return refuse(400, { code: "PARAMETER_ERROR.ILLEGAL", title, detail, source: { parameter: name } });
}

export function invalidParameter(name: string, detail: string): Refused {
  const title = "A parameter has an invalid value.";
  return refuse(400, { code: "PARAMETER_ERROR.INVALID", title, detail, source: { parameter: name } });
}

export function missingParameter(name: string): Refused {
  const title = "A required parameter is missing.";
  const detail = `The parameter '${name}' is required but was not given.`;
  return refuse(400, { code: "PARAMETER_ERROR.REQUIRED", title, detail, source: { parameter: name } });
}

export function noResource(type: string, id: string): Refused {
  const title = "The specified resource does not exist.";
  return refuse(404, {
    code: "NOT_FOUND",
    title,
    detail: `There is no resource of type '${type}' with id '${id}'.`,
  });
}

export function noPath(): Refused {
  const title = "The specified resource does not exist.";
  return refuse(404, { code: "NOT_FOUND", title, detail: "The path matches no type of resource." });
}

export function forbidden(detail: string, code = "FORBIDDEN_ERROR"): Refused {
  return refuse(403, { code, title: "This request is forbidden.", detail });
}

/** 409, for what a body says wrongly. */
export function entityError(code: string, detail: string, pointer: string): Refused {
  const title = "There is a problem with the request entity.";
  return refuse(409, { code: `ENTITY_ERROR${code}`, title, detail, source: { pointer } });
}

/** One answer for every refused token, whatever is wrong with it. `reason` goes to the log. */
export function unauthorized(reason: string): Refused {
  return new Refused(statusReply(401), reason);
}

const known: Readonly<Record<number, readonly [code: string, title: string]>> = {
  400: ["BAD_REQUEST", "The request can not be read."],
  401: ["NOT_AUTHORIZED", "Authentication credentials are missing or invalid."],
  403: ["FORBIDDEN_ERROR", "This request is forbidden."],
  404: ["NOT_FOUND", "The specified resource does not exist."],
  409: ["ENTITY_ERROR", "There is a problem with the request entity."],
  413: ["PAYLOAD_TOO_LARGE", "The request entity is too large."],
  429: ["RATE_LIMIT_EXCEEDED", "The request rate limit has been reached."],
  500: ["UNEXPECTED_ERROR", "An unexpected error occurred."],
  503: ["SERVICE_UNAVAILABLE", "The service is unavailable."],
};

/** The error body that belongs to a bare status. */
export function statusReply(status: number): Reply {
  const [code, title] = known[status] ?? ["UNEXPECTED_ERROR", "An unexpected error occurred."];
  const detail =
    status === 401
      ? "A bearer token is needed that is configured and signed properly and has not expired."
      : "Nothing more is known about this error.";
  return errorsReply(status, [{ code, title, detail }]);
}
