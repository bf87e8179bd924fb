import { createHash } from "node:crypto";
import type { Call } from "../core/call.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Reply } from "../core/reply.ts";
import type { Resource, ResourceLookup } from "../world/resources.ts";
import { invalidParameter } from "./errors.ts";
import type { ReadQuery } from "./parameters.ts";
import { type Relationship, resourceType } from "./resource-types.ts";
import { related, relatedIds, select } from "./select.ts";

/** Page size when the caller names none. */
const defaultLimit = 50;
/** Resources of an included relationship when the caller names no `limit[relationship]`. */
const defaultIncluded = 10;

interface Shown {
  store: ResourceLookup;
  origin: string;
  query: ReadQuery;
}

function relationshipValue(shown: Shown, resource: Resource, name: string, facts: Relationship): JsonObject {
  const path = `${shown.origin}${resourceType(resource.type).path}/${resource.id}`;
  const links = { self: `${path}/relationships/${name}`, related: `${path}/${name}` };
  if (facts.linksOnly || !shown.query.include.has(name)) return { links };
  const ids = relatedIds(resource, name);
  if (!facts.many) {
    const [id] = ids;
    const data = id === undefined ? null : { type: facts.type, id };
    return facts.dataOnly ? { data } : { data, links };
  }
  const limit = shown.query.limits.get(name) ?? defaultIncluded;
  const data = ids.slice(0, limit).map((id) => ({ type: facts.type, id }));
  return { meta: { paging: { total: ids.length, limit } }, data, links };
}

/** A resource as a document shows it. `primary`: one that was asked for, whose relationships may be included. */
function resourceValue(shown: Shown, resource: Resource, primary: boolean): JsonObject {
  const facts = resourceType(resource.type);
  const fields = shown.query.fields.get(resource.type);
  const attributes: Record<string, Json | undefined> = {};
  for (const [name, value] of Object.entries(resource.attributes))
    if (fields === undefined || fields.has(name)) attributes[name] = value;
  const relationships: Record<string, JsonObject> = {};
  const plain: Shown = primary ? shown : { ...shown, query: { ...shown.query, include: new Set() } };
  for (const [name, relationship] of Object.entries(facts.relationships))
    if (
      (fields === undefined || fields.has(name)) &&
      (!relationship.dataOnly || plain.query.include.has(name))
    )
      relationships[name] = relationshipValue(plain, resource, name, relationship);
  return {
    type: resource.type,
    id: resource.id,
    attributes,
    ...(Object.keys(relationships).length > 0 && { relationships }),
    links: { self: `${shown.origin}${facts.path}/${resource.id}` },
  };
}

/** Every included resource once, whatever number of relationships lead to it. */
function includedValues(shown: Shown, resources: readonly Resource[]): JsonObject[] {
  const found = new Map<string, Resource>();
  for (const resource of resources) {
    for (const name of shown.query.include) {
      const limit = shown.query.limits.get(name) ?? defaultIncluded;
      for (const other of related(shown.store, resource, name).slice(0, limit))
        found.set(`${other.type}/${other.id}`, other);
    }
  }
  return [...found.values()].map((resource) => resourceValue(shown, resource, false));
}

function target(call: Call): string {
  return `${call.origin}${call.path}${call.rawQuery === "" ? "" : `?${call.rawQuery}`}`;
}

/** One resource: `data`, `included` when asked for, `links.self`. */
export function instanceDocument(
  call: Call,
  store: ResourceLookup,
  resource: Resource,
  query: ReadQuery,
): Reply {
  const shown: Shown = { store, origin: call.origin, query };
  const included = query.include.size > 0 && { included: includedValues(shown, [resource]) };
  const data = resourceValue(shown, resource, true);
  return { status: 200, json: { data, ...included, links: { self: target(call) } } };
}

/** A cursor belongs to a path, its filters and its order: with others it is refused. */
function cursorCheck(call: Call): string {
  const parts = call.query.filter(([name]) => name.startsWith("filter[") || name === "sort").sort();
  return createHash("sha256")
    .update(`${call.path}?${JSON.stringify(parts)}`)
    .digest("base64url")
    .slice(0, 8);
}

function cursorAt(call: Call, offset: number): string {
  return `AQ.${Buffer.from(`${offset}.${cursorCheck(call)}`).toString("base64url")}`;
}

function offsetOf(call: Call, cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [offset = "", check] = Buffer.from(cursor.slice(3), "base64url").toString("utf8").split(".");
  if (!cursor.startsWith("AQ.") || !/^\d{1,9}$/.test(offset) || check !== cursorCheck(call))
    throw invalidParameter("cursor", "The cursor belongs to no page of this request.");
  return Number(offset);
}

function linkTo(call: Call, limit: number | undefined, cursor: string | undefined): string {
  const parts = call.query.filter(([name]) => name !== "cursor" && name !== "limit");
  const paging: [string, string][] = [];
  if (cursor !== undefined) paging.push(["cursor", cursor]);
  if (limit !== undefined) paging.push(["limit", String(limit)]);
  const query = [...parts, ...paging].map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return `${call.origin}${call.path}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/**
 * One page of a list: `data`, `included`, absolute `links` (`self` as it was asked, `first`, and `next` when there
 * is more) and `meta.paging`.
 *
 * @throws Refused 400 for a cursor of another list.
 */
export function collectionDocument(
  call: Call,
  store: ResourceLookup,
  resources: readonly Resource[],
  query: ReadQuery,
): Reply {
  return pageDocument(call, store, select(store, resources, query), query);
}

/** Resources that need not exist before they are shown. */
export interface ResourceList {
  readonly length: number;
  slice(start: number, end: number): readonly Resource[];
}

/**
 * One page of resources that were selected already, in the form of `collectionDocument`.
 *
 * @throws Refused 400 for a cursor of another list.
 */
export function pageDocument(
  call: Call,
  store: ResourceLookup,
  selected: ResourceList,
  query: ReadQuery,
): Reply {
  const limit = query.limit ?? defaultLimit;
  const offset = offsetOf(call, query.cursor);
  const page = selected.slice(offset, offset + limit);
  const nextCursor = offset + limit < selected.length ? cursorAt(call, offset + limit) : undefined;
  const shown: Shown = { store, origin: call.origin, query };
  return {
    status: 200,
    json: {
      data: page.map((resource) => resourceValue(shown, resource, true)),
      ...(query.include.size > 0 && { included: includedValues(shown, page) }),
      links: {
        self: target(call),
        first: linkTo(call, query.limit, undefined),
        ...(nextCursor !== undefined && { next: linkTo(call, limit, nextCursor) }),
      },
      meta: {
        paging: { total: selected.length, limit, ...(nextCursor !== undefined && { nextCursor }) },
      },
    },
  };
}
