import { isObject } from "../json.ts";
/** A JSON:API resource as Apple sends it. Unknown members are ignored. */
export interface Resource {
  type: string;
  id: string;
  attributes?: Readonly<Record<string, unknown>>;
  relationships?: Readonly<Record<string, { data?: unknown; meta?: unknown }>>;
}

/** A flat resource: `{ id, …attributes, <toOne>Id, <included>… }`. */
export type FlatResource = { id: string } & Record<string, unknown>;

/**
 * Flattens a JSON:API resource.
 *
 * - Attributes stand beside `id`; absent stays absent, and `null` stays `null`.
 * - A to-one relationship with data becomes `<name>Id`.
 * - With `included`, a to-one relationship is also there as `<name>`, a to-many one as a list `<name>`, both flat and
 *   one level deep: their own relationships become ids only.
 * - An attribute is never overwritten by what a relationship adds.
 */
export function flatten(resource: Resource, included: readonly Resource[] = []): FlatResource {
  const index = new Map(included.map((item) => [key(item), item]));
  return flattenWith(resource, index);
}

function flattenWith(resource: Resource, index: ReadonlyMap<string, Resource>): FlatResource {
  const flat: FlatResource = { id: resource.id };
  const add = (name: string, value: unknown) => {
    // Also keeps `__proto__` from being anything but data.
    if (!Object.hasOwn(flat, name)) {
      Object.defineProperty(flat, name, { value, enumerable: true, writable: true, configurable: true });
    }
  };
  for (const [name, value] of Object.entries(resource.attributes ?? {})) add(name, value);
  for (const [name, relationship] of Object.entries(resource.relationships ?? {})) {
    const data = relationship?.data;
    if (Array.isArray(data)) {
      const found = data.flatMap((item) => index.get(key(toResource(item) ?? nothing)) ?? []);
      if (found.length > 0)
        add(
          name,
          found.map((item) => flattenWith(item, new Map())),
        );
      continue;
    }
    const one = toResource(data);
    if (!one) continue;
    add(`${name}Id`, one.id);
    const found = index.get(key(one));
    if (found) add(name, flattenWith(found, new Map()));
  }
  return flat;
}

const nothing: Resource = { type: "", id: "" };

function key({ type, id }: Resource): string {
  return JSON.stringify([type, id]);
}

/**
 * A value as a resource, or undefined when it is none. Ids that come as numbers are taken: the API has sent both.
 */
export function toResource(value: unknown): Resource | undefined {
  if (typeof value !== "object" || value === null || !("id" in value) || !("type" in value)) return undefined;
  const { id, type } = value;
  if ((typeof id !== "string" && typeof id !== "number") || typeof type !== "string") return undefined;
  const member = (name: string): unknown => (name in value ? value[name as keyof typeof value] : undefined);
  const attributes = member("attributes");
  const relationships = member("relationships");
  return {
    type,
    id: String(id),
    ...(isObject(attributes) && { attributes }),
    ...(isObject(relationships) && {
      relationships: relationships as Record<string, { data?: unknown; meta?: unknown }>,
    }),
  };
}
