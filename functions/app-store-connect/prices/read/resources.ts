import { type Resource, toResource } from "../../flatten.ts";
import type { PricePoint, Territory } from "../model.ts";
import { unusable } from "./reader.ts";

/** Id at the other end of a to-one relationship; undefined where Apple does not say. */
export function relatedId(resource: Resource, name: string): string | undefined {
  return toResource(resource.relationships?.[name]?.data)?.id;
}

/** A text attribute; an amount that comes as a number counts as text. Undefined: absent, or null. */
export function textOf(resource: Resource, name: string): string | undefined {
  const value = resource.attributes?.[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

/** A price point as Apple states it. @throws RelayError `bad_upstream_response` without an amount. */
export function pointOf(resource: Resource): PricePoint {
  const price = textOf(resource, "customerPrice");
  // What has the form of no amount would never be found again by one.
  if (price === undefined || !/^\d{1,15}(\.\d{1,15})?$/.test(price)) {
    throw unusable("A price point has no amount.");
  }
  return { id: resource.id, price };
}

/** The territory of a price or a price point. @throws RelayError `bad_upstream_response` without one. */
export function territoryOf(resource: Resource): Territory {
  const territory = relatedId(resource, "territory");
  if (territory === undefined) throw unusable("A price has no territory.");
  return territory;
}

/** A day, or null for none. @throws RelayError `bad_upstream_response` for what is no day. */
export function dayOf(resource: Resource, name: string): string | null {
  const day = textOf(resource, name);
  if (day === undefined || day === "") return null;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw unusable(`The ${name} of a price is no day.`);
  return day;
}
