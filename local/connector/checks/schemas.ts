import { type Definition, operationsOf, resolveSchema, type Schema } from "../swagger.ts";
import { type Rules, unless } from "./check.ts";
import { allFacets, allSchemas } from "./walk.ts";

/** Types of values; a file stands alone and is not one of ours. */
const types = ["string", "integer", "number", "boolean", "array", "object"];

/** Formats of Swagger 2.0 and of Microsoft's designers, by type. */
const formats: Readonly<Record<string, readonly string[]>> = {
  string: ["byte", "binary", "date", "date-time", "date-no-tz", "password", "email", "html", "uri", "uuid"],
  integer: ["int32", "int64"],
  number: ["float", "double"],
};

/** Most schemas in one body. */
const maxSchemas = 512;

/** Microsoft limits the depth without saying where. Nothing here needs more, and designers show less. */
const maxDepth = 10;

/** Schemas of bodies and answers. */
export const schemaRules: Rules = {
  SchemaReferenceNotFound: ({ definition }) =>
    allSchemas(definition)
      .filter(({ found }) => !resolveSchema(definition, found))
      .map(({ where, found }) => `${where}: ${found.$ref} points nowhere.`),
  AdditionalPropertyNotAllowedAdjacentToRef: ({ definition }) =>
    allSchemas(definition)
      .filter(({ found }) => found.$ref !== undefined && Object.keys(found).length > 1)
      .map(({ where, found }) => `${where}: something stands beside ${found.$ref}.`),
  SchemaRefLoopNotAllowed: ({ definition }) =>
    Object.keys(definition.definitions)
      .filter((name) => reaches(definition, name, name))
      .map((name) => `definitions/${name} contains itself.`),
  DefinitionIsUsed: ({ definition }) => {
    const used = new Set(allSchemas(definition).map(({ found }) => found.$ref));
    return Object.keys(definition.definitions)
      .filter((name) => !used.has(`#/definitions/${name}`))
      .map((name) => `definitions/${name} is used nowhere.`);
  },
  RepeatedSchemaIsShared: ({ definition }) => {
    // Keyed by text: comparing each with each takes minutes on a large definition.
    const seen = new Map<string, string>();
    return allSchemas(definition).flatMap(({ where, found }) => {
      if (!found.properties) return [];
      const text = JSON.stringify(found);
      const first = seen.get(text);
      if (first === undefined) seen.set(text, where);
      return unless(first === undefined, `${where} is the same as ${first} and not shared.`);
    });
  },
  UnrecognizedTypeFormat: ({ definition }) =>
    allFacets(definition).flatMap(({ where, found: { type, format } }) => [
      ...unless(type === undefined || types.includes(type), `${where}: ${type} is no type.`),
      ...unless(
        format === undefined || (formats[type ?? ""] ?? []).includes(format),
        `${where}: ${format} is no format of ${type}.`,
      ),
    ]),
  ArrayHasNoItems: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => (found.type === "array") !== (found.items !== undefined))
      .map(({ where }) => `${where}: a list has items, and only a list.`),
  RequiredPropertyDefinitionMissing: ({ definition }) =>
    allSchemas(definition).flatMap(({ where, found }) =>
      (found.required ?? [])
        .filter((name) => !Object.hasOwn(found.properties ?? {}, name))
        .map((name) => `${where} requires ${name}, which it does not have.`),
    ),
  RequiredPropertyNotOnObject: ({ definition }) =>
    allSchemas(definition)
      .filter(({ found }) => found.required && found.type !== "object")
      .map(({ where }) => `${where}: only an object has required fields.`),
  RequiredPropertyArrayEmpty: ({ definition }) =>
    allSchemas(definition)
      .filter(({ found }) => found.required?.length === 0)
      .map(({ where }) => `${where}: an empty list of required fields is to be left out.`),
  PropertiesOnlyOnObject: ({ definition }) =>
    allSchemas(definition)
      .filter(({ found }) => found.properties && found.type !== "object")
      .map(({ where }) => `${where} has fields and is no object.`),
  PropertyNamesArePlain: ({ definition }) =>
    allSchemas(definition).flatMap(({ where, found }) =>
      Object.keys(found.properties ?? {})
        .filter((name) => !/^[A-Za-z$][\w$-]*$/.test(name))
        .map((name) => `${where}: ${name} cannot be written in an expression.`),
    ),
  SchemaTooDeep: ({ definition }) =>
    roots(definition).flatMap(({ where, schema }) =>
      unless(depth(definition, schema) <= maxDepth, `${where} is deeper than ${maxDepth} levels.`),
    ),
  BodySchemaCountExceedsMaxAllowed: ({ definition }) =>
    roots(definition).flatMap(({ where, schema }) => {
      const count = size(definition, schema);
      return unless(count <= maxSchemas, `${where} has ${count} schemas, at most ${maxSchemas} are taken.`);
    }),
};

/** Bodies and answers of operations. */
function roots(definition: Definition): { where: string; schema: Schema }[] {
  return operationsOf(definition).flatMap(({ operation }) => [
    ...operation.parameters.flatMap(({ schema }) =>
      schema ? [{ where: `${operation.operationId}/body`, schema }] : [],
    ),
    ...Object.entries(operation.responses).flatMap(([status, { schema }]) =>
      schema ? [{ where: `${operation.operationId}/${status}`, schema }] : [],
    ),
  ]);
}

/** The schemas directly inside one, with a reference followed. */
function inside(definition: Definition, listed: Schema): Schema[] {
  const schema = resolveSchema(definition, listed) ?? {};
  const { properties = {}, items, additionalProperties } = schema;
  return [
    ...Object.values(properties),
    ...(items ? [items] : []),
    ...(typeof additionalProperties === "object" ? [additionalProperties] : []),
  ];
}

/** Number of schemas in one, each counted as often as it is referred to; counting ends just past the limit. */
function size(definition: Definition, schema: Schema): number {
  const waiting = [schema];
  let count = 0;
  for (let next = waiting.pop(); next && count <= maxSchemas; next = waiting.pop()) {
    count += 1;
    waiting.push(...inside(definition, next));
  }
  return count;
}

/** Levels of a schema; a loop of references has one more than the limit. */
function depth(definition: Definition, schema: Schema): number {
  let level = 0;
  let schemas = new Set([schema]);
  while (schemas.size > 0 && level <= maxDepth) {
    level += 1;
    schemas = new Set([...schemas].flatMap((outer) => inside(definition, outer)));
  }
  return level;
}

/** Whether a definition leads to another one, in however many steps. */
function reaches(definition: Definition, from: string, to: string, seen = new Set<string>()): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  const start = definition.definitions[from];
  const next = start ? referencesIn(start) : [];
  return next.some((name) => name === to || reaches(definition, name, to, seen));
}

function referencesIn(schema: Schema): string[] {
  const own = schema.$ref?.replace("#/definitions/", "");
  const additional = typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
    ...additional,
  ];
  return [...(own === undefined ? [] : [own]), ...inner.flatMap(referencesIn)];
}
