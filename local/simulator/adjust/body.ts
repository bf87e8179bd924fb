import type { Call } from "../core/call.ts";
import { isJsonObject, type JsonObject, parseJson } from "../core/json.ts";
import { invalid, refuse } from "./errors.ts";

/** What a member of a body must be. */
export interface MemberRule {
  type: "string" | "boolean" | "number" | "object" | "strings" | "objects";
  required?: boolean;
}

function fits(value: JsonObject[string], type: MemberRule["type"]): boolean {
  switch (type) {
    case "object":
      return isJsonObject(value);
    case "strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "objects":
      return Array.isArray(value) && value.every(isJsonObject);
    default:
      return typeof value === type;
  }
}

/** What is wrong with an object, by member. */
export function memberErrors(
  value: JsonObject,
  rules: Readonly<Record<string, MemberRule>>,
): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const name of Object.keys(value)) if (rules[name] === undefined) errors[name] = "is not known";
  for (const [name, rule] of Object.entries(rules)) {
    const member = value[name];
    if (member === undefined) {
      if (rule.required) errors[name] = "is required";
    } else if (!fits(member, rule.type) || (rule.required && member === "")) errors[name] = "is invalid";
  }
  return errors;
}

/** The body, when every member is known and of its type. @throws Refused 400, 415. */
export function readBody(call: Call, rules: Readonly<Record<string, MemberRule>>): JsonObject {
  const contentType = (call.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (contentType !== "application/json") throw refuse(415, "Content-Type must be application/json");
  const body = parseJson(call.body.toString("utf8"));
  if (!isJsonObject(body)) throw refuse(400, "The body is no JSON object");
  const errors = memberErrors(body, rules);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return body;
}

/** A member that is a string, or undefined. */
export function stringOf(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  return typeof value === "string" ? value : undefined;
}

/** A member that is a list of strings, or undefined. */
export function stringsOf(body: JsonObject, name: string): string[] | undefined {
  const value = body[name];
  return Array.isArray(value) ? value.map(String) : undefined;
}

/** A member that is an object, or undefined. */
export function objectOf(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  return isJsonObject(value) ? value : undefined;
}

/** The query's parameters, each known and given once unless it may repeat. @throws Refused 400. */
export function readQuery(
  call: Call,
  names: readonly string[],
  repeating: readonly string[] = [],
): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of call.query) {
    if (!names.includes(name) && !repeating.includes(name)) throw invalid({ [name]: "is not known" });
    const known = values.get(name) ?? [];
    if (known.length > 0 && !repeating.includes(name)) throw invalid({ [name]: "may be given once" });
    values.set(name, [...known, value]);
  }
  return values;
}
