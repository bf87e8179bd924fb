import type { Call } from "../core/call.ts";
import { type Json, type JsonObject, parseJson } from "../core/json.ts";
import { entityError, refuse } from "./errors.ts";

/**
 * The JSON of a request.
 *
 * @throws Refused 415 for another content type, 400 for what is no JSON.
 */
export function readJson(call: Call): Json {
  const contentType = (call.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (contentType !== "application/json") {
    const title = "The content type is not supported.";
    throw refuse(415, {
      code: "UNSUPPORTED_MEDIA_TYPE",
      title,
      detail: "The body must be application/json.",
    });
  }
  const body = parseJson(call.body.toString("utf8"));
  if (body === undefined) {
    const title = "The request entity is not a JSON document.";
    throw refuse(400, { code: "ENTITY_INVALID", title, detail: "The body can not be read as JSON." });
  }
  return body;
}

/** @throws Refused 409 for a member that is not allowed. */
export function checkMembers(value: JsonObject, allowed: readonly string[], pointer: string): void {
  const unknown = Object.keys(value).find((name) => !allowed.includes(name));
  if (unknown !== undefined)
    throw entityError(".UNKNOWN", `'${unknown}' is not a member of this object.`, `${pointer}/${unknown}`);
}
