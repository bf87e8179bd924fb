import type { Resource, ResourceLookup } from "../world/resources.ts";
import type { FilterRule, ReadQuery } from "./parameters.ts";
import { resourceType } from "./resource-types.ts";

/** The ids at the other end of a relationship. */
export function relatedIds(resource: Resource, relationship: string): readonly string[] {
  const ids = resource.relationships[relationship];
  if (ids === undefined) return [];
  return typeof ids === "string" ? [ids] : ids;
}

/**
 * The resources at the other end, those that exist.
 *
 * @throws Error for a relationship whose other end `resource-types.ts` does not name: it would always be empty.
 */
export function related(store: ResourceLookup, resource: Resource, relationship: string): Resource[] {
  const facts = resourceType(resource.type).relationships[relationship];
  if (!facts || facts.type === "") {
    throw new Error(`resource-types.ts names no type for ${relationship} of ${resource.type}.`);
  }
  return relatedIds(resource, relationship).flatMap((id) => store.get(facts.type, id) ?? []);
}

function valuesAt(store: ResourceLookup, resource: Resource, path: readonly string[]): string[] {
  const [step, ...rest] = path;
  if (step === undefined) return [resource.id];
  if (rest.length > 0 || resourceType(resource.type).relationships[step] !== undefined)
    return related(store, resource, step).flatMap((next) => valuesAt(store, next, rest));
  const value = step === "id" ? resource.id : resource.attributes[step];
  if (Array.isArray(value)) return value.map(String);
  return value === undefined || value === null ? [] : [String(value)];
}

function matches(values: readonly string[], wanted: readonly string[], rule: FilterRule): boolean {
  if (rule.match === "exact") return values.some((value) => wanted.includes(value));
  return values.some((value) => wanted.some((text) => value.toLowerCase().startsWith(text.toLowerCase())));
}

function compare(a: Resource, b: Resource, attribute: string): number {
  const [left, right] = [String(a.attributes[attribute] ?? ""), String(b.attributes[attribute] ?? "")];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The resources that a query's filters let through, in its order. */
export function select(store: ResourceLookup, resources: readonly Resource[], query: ReadQuery): Resource[] {
  const selected = resources.filter(
    (resource) =>
      query.filters.every(({ rule, values }) =>
        matches(valuesAt(store, resource, rule.path), values, rule),
      ) &&
      query.exists.every(
        ({ relationship, wanted }) => relatedIds(resource, relationship).length > 0 === wanted,
      ),
  );
  if (query.sort.length === 0) return selected;
  return selected.sort((a, b) => {
    for (const key of query.sort) {
      const descending = key.startsWith("-");
      const order = compare(a, b, descending ? key.slice(1) : key);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}
