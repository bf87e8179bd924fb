import type { Facets } from "../swagger.ts";
import { type Rules, repeated, unless } from "./check.ts";
import { allFacets } from "./walk.ts";

/** Pairs of bounds, lower first. */
const bounds = [
  ["minimum", "maximum"],
  ["minLength", "maxLength"],
  ["minItems", "maxItems"],
] as const;

/** Enumerations, defaults and bounds. */
export const valueRules: Rules = {
  EnumMustContainAtLeastOneElement: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => found.enum?.length === 0)
      .map(({ where }) => `${where} allows no value.`),
  ArrayDuplicateValue: ({ definition }) =>
    allFacets(definition).flatMap(({ where, found }) =>
      repeated(found.enum ?? []).map((value) => `${where} lists ${value} more than once.`),
    ),
  InvalidEnumValue: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => found.enum?.some((value) => !isOfType(found.type, value)))
      .map(({ where }) => `${where} lists a value of another type.`),
  InvalidEnumValuesExtensionValue: ({ definition }) =>
    allFacets(definition).flatMap(({ where, found }) => {
      const titled = found["x-ms-enum-values"]?.map(({ value }) => value);
      return unless(
        !titled || titled.join() === found.enum?.join(),
        `${where}: x-ms-enum-values has other values.`,
      );
    }),
  MissingEnumValuesDisplayName: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => found["x-ms-enum-values"]?.some(({ displayName }) => !displayName))
      .map(({ where }) => `${where}: a value has no displayName.`),
  DuplicateEnumValuesInExtension: ({ definition }) =>
    allFacets(definition).flatMap(({ where, found }) =>
      repeated(found["x-ms-enum-values"]?.map(({ displayName }) => displayName) ?? []).map(
        (name) => `${where}: two values are shown as ${name}.`,
      ),
    ),
  EnumValuesAreReadable: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => !found["x-ms-enum-values"])
      .flatMap(({ where, found }) =>
        (found.enum ?? [])
          .filter((value) => !/^[A-Z]?[a-z]+$|^[A-Z]+$/.test(value))
          .map((value) => `${where}: ${value} is not a word and has no displayName.`),
      ),
  DefaultValueMustMatchType: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => found.default !== undefined && !isOfType(found.type, found.default))
      .map(({ where }) => `${where}: the default is of another type.`),
  DefaultIsAllowed: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => found.default !== undefined && !allows(found, found.default))
      .map(({ where }) => `${where} does not allow its own default.`),
  MinimumShouldBeLessThanOrEqualToMaximum: ({ definition }) =>
    allFacets(definition).flatMap(({ where, found }) =>
      bounds
        .filter(([low, high]) => (found[low] ?? -Infinity) > (found[high] ?? Infinity))
        .map(([low, high]) => `${where}: ${low} is larger than ${high}.`),
    ),
  LengthsMustBeGreaterThanOrEqualToZero: ({ definition }) =>
    allFacets(definition).flatMap(({ where, found }) =>
      (["minLength", "maxLength", "minItems", "maxItems"] as const)
        .filter((keyword) => (found[keyword] ?? 0) < 0)
        .map((keyword) => `${where}: ${keyword} is below zero.`),
    ),
  PatternShouldBeValidRegularExpression: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => found.pattern !== undefined && !isPattern(found.pattern))
      .map(({ where }) => `${where}: the pattern is no regular expression.`),
};

function isOfType(type: string | undefined, value: unknown): boolean {
  return type === "integer" ? Number.isSafeInteger(value) : typeof value === type;
}

function allows(found: Facets, value: unknown): boolean {
  if (found.enum && !found.enum.some((word) => word === value)) return false;
  if (typeof value === "number") {
    return value >= (found.minimum ?? -Infinity) && value <= (found.maximum ?? Infinity);
  }
  if (typeof value !== "string") return true;
  const fits =
    found.pattern === undefined || (isPattern(found.pattern) && new RegExp(found.pattern).test(value));
  return fits && value.length >= (found.minLength ?? 0) && value.length <= (found.maxLength ?? Infinity);
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
