import type { Call } from "../core/call.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../core/json.ts";
import type { Resource } from "../world/resources.ts";
import { entityError, refuse } from "./errors.ts";

/** What an attribute takes. Every one of them takes null. */
export type AttributeRule =
  | { type: "string"; maxLength?: number; values?: readonly string[] }
  | { type: "boolean" };

/** What a PATCH of a type takes. */
export interface UpdateRules {
  attributes: Readonly<Record<string, AttributeRule>>;
}

function readJson(call: Call): Json {
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

function checkMembers(value: JsonObject, allowed: readonly string[], pointer: string): void {
  const unknown = Object.keys(value).find((name) => !allowed.includes(name));
  if (unknown !== undefined)
    throw entityError(".UNKNOWN", `'${unknown}' is not a member of this object.`, `${pointer}/${unknown}`);
}

function checkAttribute(name: string, value: Json | undefined, rule: AttributeRule): void {
  const pointer = `/data/attributes/${name}`;
  if (value === null) return;
  if (typeof value !== rule.type)
    throw entityError(".ATTRIBUTE.TYPE", `The attribute '${name}' must be a ${rule.type}.`, pointer);
  if (rule.type !== "string" || typeof value !== "string") return;
  if (rule.values !== undefined && !rule.values.includes(value))
    throw entityError(".ATTRIBUTE.INVALID", `'${value}' is not a valid value of '${name}'.`, pointer);
  if (rule.maxLength !== undefined && value.length > rule.maxLength) {
    const detail = `The attribute '${name}' is longer than ${rule.maxLength} characters.`;
    throw entityError(".ATTRIBUTE.INVALID.TOO_LONG", detail, pointer);
  }
}

/**
 * Applies a PATCH body to a resource, after all of it was checked.
 *
 * @throws Refused 415, 400 for what is no JSON, 409 ENTITY_ERROR for anything else.
 */
export function applyUpdate(call: Call, resource: Resource, rules: UpdateRules): void {
  const body = readJson(call);
  if (!isJsonObject(body)) throw entityError("", "The document must be an object.", "");
  checkMembers(body, ["data"], "");
  const { data } = body;
  if (!isJsonObject(data)) throw entityError(".REQUIRED", "The document needs 'data'.", "/data");
  checkMembers(data, ["type", "id", "attributes"], "/data");
  for (const member of ["type", "id"] as const) {
    const expected = resource[member];
    if (data[member] === undefined)
      throw entityError(".REQUIRED", `'${member}' is required.`, `/data/${member}`);
    if (data[member] !== expected)
      throw entityError(".INVALID", `'${member}' must be '${expected}' here.`, `/data/${member}`);
  }
  const attributes = data.attributes ?? {};
  if (!isJsonObject(attributes))
    throw entityError(".TYPE", "'attributes' must be an object.", "/data/attributes");
  for (const [name, value] of Object.entries(attributes)) {
    const rule = rules.attributes[name];
    if (rule === undefined) {
      const detail = `The attribute '${name}' can not be set on '${resource.type}' with this request.`;
      throw entityError(".ATTRIBUTE.UNKNOWN", detail, `/data/attributes/${name}`);
    }
    checkAttribute(name, value, rule);
  }
  resource.attributes = { ...resource.attributes, ...attributes };
}
