import type { Call } from "../core/call.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Resource } from "../world/resources.ts";
import { checkMembers, readJson } from "./body.ts";
import { entityError } from "./errors.ts";

/** What an attribute takes. Every one of them takes null. */
export type AttributeRule =
  | { type: "string"; maxLength?: number; values?: readonly string[] }
  | { type: "boolean" }
  | { type: "number" }
  | { type: "list"; values: readonly string[] };

/** What a PATCH of a type takes. */
export interface UpdateRules {
  attributes: Readonly<Record<string, AttributeRule>>;
}

function checkAttribute(name: string, value: Json | undefined, rule: AttributeRule): void {
  const pointer = `/data/attributes/${name}`;
  if (value === null) return;
  if (rule.type === "list") {
    const wrong = !Array.isArray(value) || value.some((item: Json) => !rule.values.includes(String(item)));
    if (wrong)
      throw entityError(".ATTRIBUTE.INVALID", `'${name}' holds what is no valid value of it.`, pointer);
    return;
  }
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

/** @throws Refused 409 for attributes that a type does not take, or not so. */
export function checkAttributes(type: string, attributes: JsonObject, rules: UpdateRules): void {
  for (const [name, value] of Object.entries(attributes)) {
    const rule = rules.attributes[name];
    if (rule === undefined) {
      const detail = `The attribute '${name}' can not be set on '${type}' with this request.`;
      throw entityError(".ATTRIBUTE.UNKNOWN", detail, `/data/attributes/${name}`);
    }
    checkAttribute(name, value, rule);
  }
}

/**
 * Checks what a body says beside attributes.
 *
 * @returns what applies it.
 */
type InlineChanges = (relationships: JsonObject, included: Json | undefined) => () => void;

/**
 * Applies a PATCH body to a resource, after all of it was checked.
 *
 * @throws Refused 415, 400 for what is no JSON, 409 ENTITY_ERROR for anything else.
 */
export function applyUpdate(
  call: Call,
  resource: Resource,
  rules: UpdateRules,
  inline?: InlineChanges,
): void {
  const body = readJson(call);
  if (!isJsonObject(body)) throw entityError("", "The document must be an object.", "");
  checkMembers(body, ["data", ...(inline ? ["included"] : [])], "");
  const { data } = body;
  if (!isJsonObject(data)) throw entityError(".REQUIRED", "The document needs 'data'.", "/data");
  checkMembers(data, ["type", "id", "attributes", ...(inline ? ["relationships"] : [])], "/data");
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
  checkAttributes(resource.type, attributes, rules);
  const relationships = data.relationships ?? {};
  if (!isJsonObject(relationships))
    throw entityError(".TYPE", "'relationships' must be an object.", "/data/relationships");
  inline?.(relationships, body.included)();
  resource.attributes = { ...resource.attributes, ...attributes };
}
