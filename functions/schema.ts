import type { TProperties, TSchema } from "typebox";
import * as Type from "typebox";

/**
 * The building blocks of input and output schemas: plain JSON Schema that Swagger 2.0 can carry, each with the
 * title and the description that a maker reads. `form` says in words what a pattern demands; it appears in errors
 * and is left out of the connector's definition.
 */
export interface FieldOptions {
  /** What the value must look like, to follow "must be", such as "an Apple ID (5 to 15 digits)". */
  form?: string;
  pattern?: string;
  format?: "date-time" | "date" | "uri" | "email" | "uuid" | "password" | "byte";
  minLength?: number;
  maxLength?: number;
  default?: string | number | boolean;
  /** Folds a field away or brings it forward in the designer. */
  visibility?: "important" | "advanced" | "internal";
  /** The operation that fills this field's dropdown; its parameters come from sibling fields or are fixed. */
  options?: DynamicCall;
  /**
   * The operation that describes the members of this object in an answer, with a JSON Schema in `schema`; its
   * parameters come from inputs of the operation that answers.
   */
  described?: DynamicCall;
  /** Text of a query that holds a list: a designer gives it a list and sends the items with commas between them. */
  commaSeparated?: boolean;
}

/** A call that a designer makes while a flow is built: a parameter's value is that of a field, or fixed. */
export interface DynamicCall {
  operationId: string;
  parameters?: Readonly<Record<string, string | { value: string }>>;
}

function annotations(summary: string, description: string, options: FieldOptions = {}) {
  const { visibility, options: dropdown, ...rest } = options;
  return {
    "x-ms-summary": summary,
    description,
    ...rest,
    ...(visibility && { "x-ms-visibility": visibility }),
    ...(dropdown && { dropdown }),
  };
}

/** Text. Longest 4,096 characters unless said otherwise: longer ones fit no field of the three services. */
export function text(summary: string, description: string, options: FieldOptions = {}) {
  return Type.String({ maxLength: 4096, ...annotations(summary, description, options) });
}

/** Text as long as a body may be: a file's content. */
export function longText(summary: string, description: string, options: FieldOptions = {}) {
  return text(summary, description, { maxLength: 10 * 1024 * 1024, ...options });
}

/** Text of an answer: no bounds, since what a service sends is passed on. */
export function words(summary: string, description: string, options: FieldOptions = {}) {
  return Type.String(annotations(summary, description, options));
}

/**
 * A secret that a caller sends: never answered, and masked where a designer shows it.
 *
 * Six characters at least: shorter ones could not be taken out of texts without spoiling them (`redaction.ts`).
 */
export function secretText(summary: string, description: string, options: FieldOptions = {}) {
  return text(summary, description, { format: "password", minLength: 6, maxLength: 256, ...options });
}

/** A whole number. */
export function integer(
  summary: string,
  description: string,
  options: FieldOptions & { minimum?: number; maximum?: number } = {},
) {
  const { minimum, maximum, ...rest } = options;
  return Type.Integer({
    ...annotations(summary, description, rest),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  });
}

/** A number that may have decimals. */
export function number(
  summary: string,
  description: string,
  options: FieldOptions & { minimum?: number; maximum?: number } = {},
) {
  const { minimum, maximum, ...rest } = options;
  return Type.Number({
    ...annotations(summary, description, rest),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  });
}

/** Yes or no. */
export function flag(summary: string, description: string, options: FieldOptions = {}) {
  return Type.Boolean(annotations(summary, description, options));
}

/**
 * The yes without which a destructive operation does nothing: a required field that takes `true` alone.
 *
 * @param consequence what will happen, a full sentence; every refusal of the field says it.
 */
export function confirmation(summary: string, description: string, consequence: string) {
  return Type.Boolean({ ...annotations(summary, description), confirms: consequence });
}

/**
 * One of a closed list of words. Only for inputs that we interpret ourselves; enumerations of Apple and Adjust stay
 * open and are `text`. With `anyCase` the caller's spelling is turned into the listed one.
 */
export function choice<const Values extends readonly string[]>(
  summary: string,
  description: string,
  values: Values,
  options: FieldOptions & { anyCase?: boolean } = {},
) {
  return Type.Unsafe<Values[number]>({
    type: "string",
    enum: [...values],
    ...annotations(summary, description, options),
  });
}

/** A list. `checkedApart`: the operation checks each item by itself, so that a bad one does not stop the others. */
export function list<Item extends TSchema>(
  summary: string,
  description: string,
  items: Item,
  options: FieldOptions & { minItems?: number; maxItems?: number; checkedApart?: boolean } = {},
) {
  return Type.Array(items, annotations(summary, description, options));
}

/**
 * An object with members of its own, within another.
 *
 * @param title under which the connector shares it, where it stands in several places; no other schema has it.
 */
export function group<Properties extends TProperties>(
  summary: string,
  description: string,
  properties: Properties,
  title?: string,
) {
  const shared = title === undefined ? {} : { title };
  return Type.Object(properties, { ...shared, ...annotations(summary, description) });
}

/** An object whose members are not ours to describe. */
export function anything(summary: string, description: string, options: FieldOptions = {}) {
  return Type.Unsafe<Readonly<Record<string, unknown>>>({
    type: "object",
    additionalProperties: true,
    ...annotations(summary, description, options),
  });
}

/** An object of texts by names that are not ours to know. Members that were left empty count as absent. */
export function textsByName(summary: string, description: string, options: FieldOptions = {}) {
  return Type.Unsafe<Readonly<Record<string, string>>>({
    type: "object",
    additionalProperties: Type.String({ maxLength: 4096 }),
    ...annotations(summary, description, options),
  });
}

/**
 * A field of an answer that is always there and may be null. Swagger 2.0 cannot say so, and flows take null for a field
 * that is left empty, so the connector's definition has the plain type.
 */
export function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Unsafe<Type.Static<Schema> | null>({ ...schema, nullable: true });
}

/** Any JSON value. Swagger writes it as a schema without a type. */
export function anyJson(summary: string, description: string, options: FieldOptions = {}) {
  return Type.Unsafe<unknown>(annotations(summary, description, options));
}
