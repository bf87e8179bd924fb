import type { JsonObject } from "../core/json.ts";

/** One App Store Connect resource as the world holds it. Tests may change it in place. */
export interface Resource {
  readonly type: string;
  readonly id: string;
  attributes: JsonObject;
  /** By relationship name: the id or ids at the other end. What is not named here is empty. */
  relationships: Record<string, string | readonly string[]>;
}

/** Where documents find what relationships lead to. */
export interface ResourceLookup {
  get(type: string, id: string): Resource | undefined;
}

/** Every App Store Connect resource, by type and id. Keeps the order of insertion. */
export class ResourceStore implements ResourceLookup {
  readonly #types = new Map<string, Map<string, Resource>>();

  /** Adds or replaces. */
  put(resource: Resource): Resource {
    const resources = this.#types.get(resource.type) ?? new Map<string, Resource>();
    resources.set(resource.id, resource);
    this.#types.set(resource.type, resources);
    return resource;
  }

  get(type: string, id: string): Resource | undefined {
    return this.#types.get(type)?.get(id);
  }

  all(type: string): readonly Resource[] {
    return [...(this.#types.get(type)?.values() ?? [])];
  }

  remove(type: string, id: string): boolean {
    return this.#types.get(type)?.delete(id) ?? false;
  }
}
