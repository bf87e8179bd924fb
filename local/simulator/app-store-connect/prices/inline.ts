import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Refused } from "../../core/reply.ts";
import { isDay } from "../../world/prices/pacific.ts";
import { checkMembers } from "../body.ts";
import { entityError, refuse } from "../errors.ts";

/** A resource that a body creates inside `included`, with the place that it has there. */
export interface Inline {
  pointer: string;
  attributes: JsonObject;
  relationships: JsonObject;
}

export function requiredRelationship(name: string, pointer: string): Refused {
  const title = "The provided entity is missing a required relationship";
  const detail = `You must provide a value for the relationship '${name}' with this request`;
  const source = { pointer: `${pointer}/relationships/${name}` };
  return refuse(409, { code: "ENTITY_ERROR.RELATIONSHIP.REQUIRED", title, detail, source });
}

export function requiredField(name: string, pointer: string): Refused {
  const title = "The provided entity is missing a required field";
  const detail = `You must provide a value for the field (${name}) with this request`;
  const source = { pointer: `${pointer}/attributes/${name}` };
  return refuse(409, { code: "ENTITY_ERROR.ATTRIBUTE.REQUIRED", title, detail, source });
}

/** A resource that a body leads to and that is not there, or not this item's. */
export function notFound(type: string, id: string, pointer: string): Refused {
  const detail = `The resource '${type}' with id '${id}' was not found.`;
  return entityError(".NOT_FOUND", detail, pointer);
}

/** An object that may be left out. */
export function optionalObject(value: Json | undefined, pointer: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw entityError(".TYPE", "An object is needed here.", pointer);
  return value;
}

function identifier(value: Json | undefined, type: string, pointer: string): string {
  if (!isJsonObject(value) || typeof value.id !== "string")
    throw entityError(".RELATIONSHIP.INVALID", "A resource identifier needs type and id.", pointer);
  checkMembers(value, ["type", "id"], pointer);
  if (value.type !== type)
    throw entityError(".RELATIONSHIP.INVALID", `The type must be '${type}' here.`, `${pointer}/type`);
  return value.id;
}

/** The id that a to-one relationship leads to; undefined where there is none. */
export function toOne(
  relationships: JsonObject,
  name: string,
  type: string,
  pointer: string,
): string | undefined {
  const relationship = relationships[name];
  if (relationship === undefined || relationship === null) return undefined;
  const place = `${pointer}/relationships/${name}`;
  const { data } = optionalObject(relationship, place);
  return data === undefined || data === null ? undefined : identifier(data, type, `${place}/data`);
}

/** The ids that a to-many relationship leads to; undefined where there is none. */
export function toMany(
  relationships: JsonObject,
  name: string,
  type: string,
  pointer: string,
): string[] | undefined {
  const place = `${pointer}/relationships/${name}`;
  const { data } = optionalObject(relationships[name], place);
  if (data === undefined || data === null) return undefined;
  if (!Array.isArray(data))
    throw entityError(".RELATIONSHIP.INVALID", "The relationship needs a list.", place);
  return data.map((value: Json, index) => identifier(value, type, `${place}/data/${index}`));
}

function invalidId(detail: string, pointer: string): Refused {
  return entityError(".INCLUDED.INVALID_ID", detail, pointer);
}

/**
 * The included resources that a relationship names, in its order.
 *
 * @throws Refused 409 for an id that is not of the form `${name}`, that is not included, or that nobody names.
 */
export function inlineResources(
  included: Json | undefined,
  ids: readonly string[],
  type: string,
  relationship: string,
): Inline[] {
  const given = included ?? [];
  if (!Array.isArray(given)) throw entityError(".TYPE", "A list is needed here.", "/included");
  const found = new Map<string, Inline>();
  given.forEach((value: Json, index) => {
    const pointer = `/included/${index}`;
    const resource = optionalObject(value, pointer);
    checkMembers(resource, ["type", "id", "attributes", "relationships"], pointer);
    const { id } = resource;
    if (resource.type !== type)
      throw entityError(".INCLUDED.INVALID_TYPE", `The type must be '${type}' here.`, `${pointer}/type`);
    if (typeof id !== "string" || !/^\$\{[^{}]+\}$/.test(id))
      throw invalidId(`The id '${String(id)}' is not of the form '\${local-id}'.`, `${pointer}/id`);
    if (found.has(id)) throw invalidId(`The id '${id}' is included twice.`, `${pointer}/id`);
    if (!ids.includes(id))
      throw invalidId(`The relationship '${relationship}' does not name '${id}'.`, `${pointer}/id`);
    found.set(id, {
      pointer,
      attributes: optionalObject(resource.attributes, `${pointer}/attributes`),
      relationships: optionalObject(resource.relationships, `${pointer}/relationships`),
    });
  });
  if (new Set(ids).size !== ids.length)
    throw invalidId(`The relationship '${relationship}' names an id twice.`, "/data/relationships");
  return ids.map((id, index) => {
    const resource = found.get(id);
    if (resource !== undefined) return resource;
    const place = `/data/relationships/${relationship}/data/${index}/id`;
    throw invalidId(`There is no included resource with id '${id}'.`, place);
  });
}

/** A day of an attribute; null where it is absent. */
export function dayOf(attributes: JsonObject, name: string, pointer: string): string | null {
  const value = attributes[name];
  if (value === undefined || value === null) return null;
  if (typeof value === "string" && isDay(value)) return value;
  const detail = `The attribute '${name}' must be a date of the form YYYY-MM-DD.`;
  throw entityError(".ATTRIBUTE.INVALID", detail, `${pointer}/attributes/${name}`);
}
