import { isDeepStrictEqual } from "node:util";
import type { TSchema } from "typebox";
import type { DynamicCall } from "../../functions/schema.ts";
import type { Facets, Schema, Visibility } from "./swagger.ts";
import { enumTitle, pascalCase, titleCase } from "./wording.ts";

/** A schema of an operation, as far as it is plain data. */
export interface Declared extends Omit<Facets, "items" | "enum"> {
  title?: string;
  enum?: readonly string[];
  items?: TSchema;
  required?: readonly string[];
  properties?: Readonly<Record<string, TSchema>>;
  additionalProperties?: boolean | TSchema;
  /** Keywords of our own: read here, not written. */
  form?: string;
  anyCase?: boolean;
  dropdown?: DynamicCall;
  described?: DynamicCall;
  commaSeparated?: boolean;
}

/** Keywords that are written as they are. */
const plain = [
  "format",
  "description",
  "default",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
] as const satisfies readonly (keyof Facets)[];

/** Every keyword that is understood. Another one is an error: it would be lost without a word. */
const understood = new Set<string>([
  ...plain,
  "type",
  "title",
  "enum",
  "items",
  "required",
  "properties",
  "additionalProperties",
  "x-ms-summary",
  "x-ms-visibility",
  "form",
  "anyCase",
  "checkedApart",
  "confirms",
  "dropdown",
  "described",
  "commaSeparated",
  "nullable",
]);

/** Collects the schemas that are shared by reference. */
export interface Definitions {
  readonly schemas: Record<string, Schema>;
}

/** How one schema is to be written. */
export interface WriteOptions {
  definitions: Definitions;
  /** Answers the extensions of a field's dropdown, or none where it cannot be filled. */
  dropdown?(field: DynamicCall): Pick<Facets, "x-ms-dynamic-values" | "x-ms-dynamic-list">;
  /** Answers the extensions of an object that another operation describes. */
  described?(object: DynamicCall): Pick<Facets, "x-ms-dynamic-schema" | "x-ms-dynamic-properties">;
}

/**
 * A schema of an operation as Swagger 2.0 with Microsoft's extensions. Objects with a title go into `definitions`,
 * under the title, and are referred to; nothing stands beside a reference.
 *
 * @throws Error for a keyword that is not understood, and for two different schemas with one title.
 */
export function writeSchema(declared: TSchema, options: WriteOptions): Schema {
  const schema: Declared = declared;
  const written = writeInline(declared, options);
  if (schema.title === undefined || schema.type !== "object") return written;
  return share(options.definitions, pascalCase(schema.title), written);
}

/** Puts a schema under a name and answers the reference to it. */
export function share({ schemas }: Definitions, name: string, schema: Schema): Schema {
  const known = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (known && !isDeepStrictEqual(known, schema)) {
    throw new Error(`Two different schemas have the title ${name}: give one of them another title.`);
  }
  schemas[name] = schema;
  return { $ref: `#/definitions/${name}` };
}

/** The keywords that a parameter can carry too. */
export function writeFacets(declared: TSchema, options: WriteOptions): Facets {
  const schema: Declared = declared;
  const unknown = Object.keys(declared).find((keyword) => !understood.has(keyword));
  if (unknown !== undefined) {
    throw new Error(`The connector does not know what to do with the keyword ${unknown}.`);
  }
  const facets: Facets = {
    // Any JSON value is declared without a type. Swagger's nearest is an object of unknown members, and the JSON
    // bodies of all three services are objects.
    type: schema.type ?? "object",
  };
  const summary = schema["x-ms-summary"];
  if (summary !== undefined) facets["x-ms-summary"] = titleCase(summary);
  if (schema.commaSeparated) return { ...facets, ...commaSeparated(schema) };
  for (const keyword of plain) Object.assign(facets, keyword in schema && { [keyword]: schema[keyword] });
  if (schema.enum) {
    facets.enum = [...schema.enum];
    const titles = schema.enum.map((value) => ({ value, displayName: enumTitle(value) }));
    if (titles.some(({ value, displayName }) => value !== displayName)) facets["x-ms-enum-values"] = titles;
  }
  const visibility: Visibility | undefined = schema["x-ms-visibility"];
  if (visibility) facets["x-ms-visibility"] = visibility;
  if (schema.dropdown && options.dropdown) Object.assign(facets, options.dropdown(schema.dropdown));
  if (schema.described && options.described) Object.assign(facets, options.described(schema.described));
  if (schema.items) facets.items = writeSchema(schema.items, options);
  return facets;
}

/** Text that holds a list, as Swagger has it: bounds of the text say nothing about the items. */
function commaSeparated({ description }: Declared): Facets {
  return {
    type: "array",
    ...(description !== undefined && { description }),
    items: { type: "string" },
    collectionFormat: "csv",
  };
}

function writeInline(declared: TSchema, options: WriteOptions): Schema {
  const schema: Declared = declared;
  const written: Schema = writeFacets(declared, options);
  if (schema.title !== undefined) written.title = schema.title;
  if (schema.required && schema.required.length > 0) written.required = [...schema.required];
  if (schema.properties) {
    written.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, writeSchema(property, options)]),
    );
  }
  const additional = schema.additionalProperties;
  // `false` is a rule of our input check and tells a designer nothing.
  if (typeof additional === "object") written.additionalProperties = writeSchema(additional, options);
  else if (additional === true || schema.type === undefined) written.additionalProperties = true;
  return written;
}
