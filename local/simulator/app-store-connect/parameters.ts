import type { Call } from "../core/call.ts";
import { invalidParameter, missingParameter, unknownParameter } from "./errors.ts";
import { fieldNames, formerInAppPurchaseFields } from "./field-names.ts";

/** How `filter[name]` selects. */
export interface FilterRule {
  /** Relationships to follow, then an attribute or `id`. */
  path: readonly string[];
  /**
   * `loose`: the value begins with what was asked, case ignored, as Apple's filters of names and identifiers may
   * match more than the exact one. Callers must compare again.
   */
  match: "loose" | "exact";
  /** Closed list of values; absent: any text. */
  values?: readonly string[];
  required?: boolean;
}

/** The query parameters that an endpoint takes. What is not here is refused. */
export interface ReadParameters {
  filters?: Readonly<Record<string, FilterRule>>;
  exists?: readonly string[];
  sort?: readonly string[];
  /** Types that `fields[type]` may name. */
  fields?: readonly string[];
  include?: readonly string[];
  /** Largest page of a list; lists take `cursor` too. */
  limit?: number;
  /** Largest number by relationship, for `limit[relationship]`. */
  limits?: Readonly<Record<string, number>>;
}

/** A query that was checked. */
export interface ReadQuery {
  filters: readonly { name: string; rule: FilterRule; values: readonly string[] }[];
  exists: readonly { relationship: string; wanted: boolean }[];
  sort: readonly string[];
  fields: ReadonlyMap<string, ReadonlySet<string>>;
  include: ReadonlySet<string>;
  limit: number | undefined;
  limits: ReadonlyMap<string, number>;
  cursor: string | undefined;
}

function list(name: string, value: string, allowed: readonly string[] | undefined): string[] {
  const values = value.split(",");
  for (const item of values) {
    if (item === "") throw invalidParameter(name, `The parameter '${name}' has an empty value.`);
    if (allowed !== undefined && !allowed.includes(item))
      throw invalidParameter(name, `'${item}' is not a valid value of '${name}'.`);
  }
  return values;
}

function wholeNumber(name: string, value: string, max: number): number {
  if (!/^[1-9]\d{0,4}$/.test(value) || Number(value) > max)
    throw invalidParameter(name, `'${name}' must be a whole number from 1 to ${max}.`);
  return Number(value);
}

function allowedFields(type: string, parameters: ReadParameters): readonly string[] | undefined {
  const names = fieldNames[type];
  // Only the endpoints of apps still know the first kind of in-app purchase.
  if (type === "inAppPurchases" && parameters.fields?.includes("apps"))
    return [...(names ?? []), ...formerInAppPurchaseFields];
  return names;
}

/**
 * Checks a query the way Apple does: every parameter known, given once, with values of its list.
 *
 * @throws Refused 400 PARAMETER_ERROR.ILLEGAL, .INVALID or .REQUIRED.
 */
export function readParameters(call: Call, parameters: ReadParameters): ReadQuery {
  const query = {
    filters: [] as { name: string; rule: FilterRule; values: readonly string[] }[],
    exists: [] as { relationship: string; wanted: boolean }[],
    sort: [] as readonly string[],
    fields: new Map<string, ReadonlySet<string>>(),
    include: new Set<string>(),
    limit: undefined as number | undefined,
    limits: new Map<string, number>(),
    cursor: undefined as string | undefined,
  };
  const seen = new Set<string>();
  for (const [name, value] of call.query) {
    if (seen.has(name)) throw invalidParameter(name, `The parameter '${name}' may be given once.`);
    seen.add(name);
    const [, family = name, member = ""] = /^(filter|fields|exists|limit)\[([^\]]+)\]$/.exec(name) ?? [];
    if (family === "filter" && parameters.filters?.[member] !== undefined) {
      const rule = parameters.filters[member];
      query.filters.push({ name: member, rule, values: list(name, value, rule.values) });
    } else if (family === "fields" && parameters.fields?.includes(member)) {
      query.fields.set(member, new Set(list(name, value, allowedFields(member, parameters))));
    } else if (family === "exists" && parameters.exists?.includes(member)) {
      query.exists.push({ relationship: member, wanted: list(name, value, ["true", "false"])[0] === "true" });
    } else if (family === "limit" && member !== "" && parameters.limits?.[member] !== undefined) {
      query.limits.set(member, wholeNumber(name, value, parameters.limits[member]));
    } else if (name === "limit" && parameters.limit !== undefined) {
      query.limit = wholeNumber(name, value, parameters.limit);
    } else if (name === "cursor" && parameters.limit !== undefined) {
      query.cursor = value;
    } else if (name === "sort" && parameters.sort !== undefined) {
      query.sort = list(name, value, parameters.sort);
    } else if (name === "include" && parameters.include !== undefined) {
      query.include = new Set(list(name, value, parameters.include));
    } else throw unknownParameter(name);
  }
  for (const [name, rule] of Object.entries(parameters.filters ?? {}))
    if (rule.required && !seen.has(`filter[${name}]`)) throw missingParameter(`filter[${name}]`);
  return query;
}
