/** The parts of Swagger 2.0 and of Microsoft's extensions that the definition uses. */

/** One value of a dropdown's parameter in `x-ms-dynamic-values`. */
export type DynamicValue = { parameter: string } | string;
/** The same in `x-ms-dynamic-list`. */
export type DynamicListValue = { parameterReference: string } | { value: string };

export interface DynamicValues {
  operationId: string;
  parameters?: Record<string, DynamicValue>;
  "value-collection": string;
  "value-path": string;
  "value-title": string;
}

export interface DynamicList {
  operationId: string;
  parameters?: Record<string, DynamicListValue>;
  itemsPath: string;
  itemValuePath: string;
  itemTitlePath: string;
}

/** The operation that describes an object of an answer, in the older extension. */
export interface DynamicSchema {
  operationId: string;
  parameters?: Record<string, DynamicValue>;
  "value-path": string;
}

/** The same in the newer extension, which can also read fields of a body. */
export interface DynamicProperties {
  operationId: string;
  parameters?: Record<string, DynamicListValue>;
  itemValuePath: string;
}

export type Visibility = "important" | "advanced" | "internal";

/** Keywords that parameters and schemas share. */
export interface Facets {
  type?: string;
  format?: string;
  description?: string;
  default?: string | number | boolean;
  enum?: string[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  /** How a list stands in a query: its items with commas between them. */
  collectionFormat?: "csv";
  "x-ms-summary"?: string;
  "x-ms-visibility"?: Visibility;
  "x-ms-dynamic-values"?: DynamicValues;
  "x-ms-dynamic-list"?: DynamicList;
  "x-ms-dynamic-schema"?: DynamicSchema;
  "x-ms-dynamic-properties"?: DynamicProperties;
  /** The field holds the address that a trigger calls; a designer fills it in. */
  "x-ms-notification-url"?: true;
  "x-ms-enum-values"?: { value: string; displayName: string }[];
}

export interface Schema extends Facets {
  $ref?: string;
  title?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
}

export interface Parameter extends Facets {
  $ref?: string;
  name?: string;
  in?: string;
  required?: boolean;
  schema?: Schema;
  "x-ms-url-encoding"?: string;
}

export interface Response {
  description: string;
  schema?: Schema;
}

export interface SwaggerOperation {
  operationId: string;
  summary: string;
  description: string;
  "x-ms-visibility"?: Visibility;
  "x-ms-no-generic-test"?: boolean;
  /** A webhook: each call of its address starts one flow. */
  "x-ms-trigger"?: "single";
  "x-ms-trigger-hint"?: string;
  "x-ms-pageable"?: { nextLinkName: string };
  parameters: Parameter[];
  responses: Record<string, Response>;
}

/** What a webhook trigger's address is called with. */
export interface NotificationContent {
  description: string;
  schema: Schema;
}

/** Where the content of a path's trigger stands, beside its methods. */
export const notificationContent = "x-ms-notification-content";

/** Operations of a path by method, in lower case, and what its trigger's address is called with. */
export type PathItem = Record<string, SwaggerOperation | NotificationContent>;

/** A connector's definition. Its members stand in the order in which Microsoft wants them. */
export interface Definition {
  swagger: string;
  info: {
    title: string;
    description: string;
    version: string;
    contact: { name: string; url: string; email: string };
  };
  host: string;
  basePath: string;
  schemes: string[];
  consumes: string[];
  produces: string[];
  paths: Record<string, PathItem>;
  definitions: Record<string, Schema>;
  parameters: Record<string, Parameter>;
  securityDefinitions: Record<string, { type: string; in: string; name: string; description: string }>;
  security: Record<string, string[]>[];
  "x-ms-capabilities": { testConnection: { operationId: string } };
  "x-ms-connector-metadata": { propertyName: string; propertyValue: string }[];
}

/** An operation with where it stands. */
export interface Placed {
  path: string;
  method: string;
  operation: SwaggerOperation;
}

/** Every operation of a definition, in its order. */
export function operationsOf(definition: Definition): Placed[] {
  return Object.entries(definition.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) =>
      "operationId" in operation ? [{ path, method, operation }] : [],
    ),
  );
}

/** What the address of a trigger is called with, by path. */
export function contentsOf(definition: Definition): { path: string; content: NotificationContent }[] {
  return Object.entries(definition.paths).flatMap(([path, item]) => {
    const content = item[notificationContent];
    return content && "schema" in content ? [{ path, content }] : [];
  });
}

/** What an operation answers, or for a trigger what a flow starts with. */
export function outputOf(definition: Definition, { path, operation }: Placed): Schema {
  const content = contentsOf(definition).find((found) => found.path === path);
  return (operation["x-ms-trigger"] && content?.content.schema) || (operation.responses[200]?.schema ?? {});
}

/** What a reference into `definitions` stands for; undefined when it points nowhere. */
export function resolveSchema(definition: Definition, schema: Schema): Schema | undefined {
  const name = schema.$ref === undefined ? undefined : /^#\/definitions\/(\w+)$/.exec(schema.$ref)?.[1];
  if (schema.$ref === undefined) return schema;
  return name !== undefined && Object.hasOwn(definition.definitions, name)
    ? definition.definitions[name]
    : undefined;
}

/** What a reference into `parameters` stands for; undefined when it points nowhere. */
export function resolveParameter(definition: Definition, parameter: Parameter): Parameter | undefined {
  if (parameter.$ref === undefined) return parameter;
  const name = /^#\/parameters\/(\w+)$/.exec(parameter.$ref)?.[1];
  return name !== undefined && Object.hasOwn(definition.parameters, name)
    ? definition.parameters[name]
    : undefined;
}
