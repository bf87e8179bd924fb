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

/** Compares with what was asked for, which is made ready once for all resources. */
function matcher(wanted: readonly string[], rule: FilterRule): (values: readonly string[]) => boolean {
  if (rule.match === "exact") {
    const set = new Set(wanted);
    return (values) => values.some((value) => set.has(value));
  }
  const beginnings = wanted.map((text) => text.toLowerCase());
  return (values) =>
    values.some((value) => {
      const text = value.toLowerCase();
      return beginnings.some((beginning) => text.startsWith(beginning));
    });
}

function compare(a: Resource, b: Resource, attribute: string): number {
  const [left, right] = [String(a.attributes[attribute] ?? ""), String(b.attributes[attribute] ?? "")];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The resources that a query's filters let through, in its order. */
export function select(store: ResourceLookup, resources: readonly Resource[], query: ReadQuery): Resource[] {
  const filters = query.filters.map(({ rule, values }) => ({ rule, matches: matcher(values, rule) }));
  const selected = resources.filter(
    (resource) =>
      filters.every(({ rule, matches }) => matches(valuesAt(store, resource, rule.path))) &&
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
