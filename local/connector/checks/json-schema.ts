import { Ajv, type AnySchemaObject } from "ajv";

/**
 * The form of the two files, closed everywhere: a keyword that is not listed is refused. So what Microsoft's validator
 * forbids, and what it allows and nothing here uses yet, cannot slip in. Whoever needs a further keyword adds it here
 * together with its rules.
 */

const text = { type: "string", minLength: 1 };
const texts = { type: "array", items: text, uniqueItems: true };
const count = { type: "integer", minimum: 0 };

/** An object of these members and no others. */
function closed(properties: Record<string, AnySchemaObject>, required: readonly string[]): AnySchemaObject {
  return { type: "object", properties, required, additionalProperties: false };
}

/** An object whose members have any name. */
function mapOf(value: AnySchemaObject): AnySchemaObject {
  return { type: "object", additionalProperties: value };
}

const visibility = { enum: ["important", "advanced", "internal"] };

const parameterReferences = mapOf({
  oneOf: [
    closed({ parameterReference: text }, ["parameterReference"]),
    closed({ value: { type: "string" } }, ["value"]),
  ],
});

const parameterNames = mapOf({ anyOf: [{ type: "string" }, closed({ parameter: text }, ["parameter"])] });

const facets = {
  description: text,
  format: text,
  default: { type: ["string", "number", "boolean"] },
  enum: { type: "array", items: { type: "string" }, minItems: 1, uniqueItems: true },
  pattern: { type: "string", format: "regex" },
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minimum: { type: "number" },
  maximum: { type: "number" },
  "x-ms-summary": text,
  "x-ms-visibility": visibility,
  "x-ms-enum-values": {
    type: "array",
    items: closed({ value: { type: "string" }, displayName: text }, ["value", "displayName"]),
  },
  "x-ms-dynamic-values": closed(
    {
      operationId: text,
      parameters: parameterNames,
      "value-collection": text,
      "value-path": text,
      "value-title": text,
    },
    ["operationId", "value-collection", "value-path", "value-title"],
  ),
  "x-ms-dynamic-list": closed(
    {
      operationId: text,
      parameters: parameterReferences,
      itemsPath: text,
      itemValuePath: text,
      itemTitlePath: text,
    },
    ["operationId", "itemsPath", "itemValuePath", "itemTitlePath"],
  ),
};

const schema = { $ref: "#/$defs/schema" };

const schemaDefinition = {
  anyOf: [
    closed({ $ref: { type: "string", pattern: "^#/definitions/[A-Za-z0-9]+$" } }, ["$ref"]),
    closed(
      {
        ...facets,
        type: { enum: ["string", "integer", "number", "boolean", "array", "object"] },
        title: text,
        "x-ms-notification-url": { const: true },
        items: schema,
        required: { ...texts, minItems: 1 },
        properties: mapOf(schema),
        additionalProperties: { anyOf: [{ type: "boolean" }, schema] },
        "x-ms-dynamic-schema": closed({ operationId: text, parameters: parameterNames, "value-path": text }, [
          "operationId",
          "value-path",
        ]),
        "x-ms-dynamic-properties": closed(
          { operationId: text, parameters: parameterReferences, itemValuePath: text },
          ["operationId", "itemValuePath"],
        ),
      },
      ["type"],
    ),
  ],
};

const plainParameter = {
  ...facets,
  name: text,
  required: { type: "boolean" },
  type: { enum: ["string", "integer", "number", "boolean"] },
};

/** A list in a query: texts with commas between them. */
const listParameter = {
  ...plainParameter,
  type: { const: "array" },
  items: closed({ type: { const: "string" } }, ["type"]),
  collectionFormat: { const: "csv" },
};

const label = ["name", "in", "x-ms-summary", "description", "required"];

const parameter = {
  oneOf: [
    closed(
      {
        name: { const: "body" },
        in: { const: "body" },
        "x-ms-summary": text,
        description: text,
        required: { type: "boolean" },
        schema,
      },
      [...label, "schema"],
    ),
    closed({ ...plainParameter, in: { const: "query" } }, [...label, "type"]),
    closed({ ...listParameter, in: { const: "query" } }, [...label, "type", "items", "collectionFormat"]),
    closed(
      {
        ...plainParameter,
        in: { const: "path" },
        required: { const: true },
        "x-ms-url-encoding": { const: "single" },
      },
      [...label, "type", "x-ms-url-encoding"],
    ),
  ],
};

const operation = closed(
  {
    operationId: text,
    summary: text,
    description: text,
    "x-ms-visibility": visibility,
    "x-ms-no-generic-test": { const: true },
    "x-ms-trigger": { const: "single" },
    "x-ms-trigger-hint": text,
    "x-ms-pageable": closed({ nextLinkName: text }, ["nextLinkName"]),
    parameters: {
      type: "array",
      items: {
        anyOf: [
          closed({ $ref: { type: "string", pattern: "^#/parameters/[A-Za-z0-9]+$" } }, ["$ref"]),
          { $ref: "#/$defs/parameter" },
        ],
      },
    },
    responses: {
      type: "object",
      patternProperties: { "^[1-5][0-9]{2}$": closed({ description: text, schema }, ["description"]) },
      additionalProperties: false,
      anyOf: [{ required: ["200"] }, { required: ["201"] }],
    },
  },
  ["operationId", "summary", "description", "x-ms-visibility", "parameters", "responses"],
);

const methods = ["get", "post", "patch", "put", "delete"];

const definitionSchema = {
  ...closed(
    {
      swagger: { const: "2.0" },
      info: closed(
        {
          title: text,
          description: text,
          version: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+$" },
          contact: closed({ name: text, url: text, email: text }, ["name", "url", "email"]),
        },
        ["title", "description", "version", "contact"],
      ),
      host: text,
      basePath: text,
      schemes: { ...texts, minItems: 1 },
      consumes: { ...texts, minItems: 1 },
      produces: { ...texts, minItems: 1 },
      paths: {
        type: "object",
        patternProperties: {
          "^/": closed(
            {
              ...Object.fromEntries(methods.map((method) => [method, operation])),
              "x-ms-notification-content": closed({ description: text, schema }, ["description", "schema"]),
            },
            [],
          ),
        },
        additionalProperties: false,
        minProperties: 1,
      },
      definitions: mapOf(schema),
      parameters: mapOf({ $ref: "#/$defs/parameter" }),
      securityDefinitions: mapOf(
        closed({ type: { const: "apiKey" }, in: { const: "header" }, name: text, description: text }, [
          "type",
          "in",
          "name",
        ]),
      ),
      security: { type: "array", items: mapOf({ type: "array", items: text }), minItems: 1 },
      "x-ms-capabilities": closed({ testConnection: closed({ operationId: text }, ["operationId"]) }, [
        "testConnection",
      ]),
      "x-ms-connector-metadata": {
        type: "array",
        items: closed({ propertyName: text, propertyValue: text }, ["propertyName", "propertyValue"]),
      },
    },
    [
      "swagger",
      "info",
      "host",
      "basePath",
      "schemes",
      "consumes",
      "produces",
      "paths",
      "securityDefinitions",
      "security",
      "x-ms-capabilities",
      "x-ms-connector-metadata",
    ],
  ),
  $defs: { schema: schemaDefinition, parameter },
};

const connectionParameter = closed(
  {
    type: { enum: ["string", "securestring"] },
    uiDefinition: closed(
      {
        displayName: text,
        description: text,
        tooltip: text,
        constraints: closed(
          { tabIndex: count, clearText: { type: "boolean" }, required: { enum: ["true", "false"] } },
          ["tabIndex", "clearText", "required"],
        ),
      },
      ["displayName", "description", "tooltip", "constraints"],
    ),
  },
  ["type", "uiDefinition"],
);

/** A policy of one template, with the parameters that the template takes. */
function policy(templateId: string, parameters: Record<string, AnySchemaObject>): AnySchemaObject {
  return closed(
    {
      templateId: { const: templateId },
      title: text,
      parameters: closed(parameters, Object.keys(parameters)),
    },
    ["templateId", "title", "parameters"],
  );
}

const propertiesSchema = closed(
  {
    properties: closed(
      {
        connectionParameters: {
          type: "object",
          patternProperties: { "^[0-9A-Za-z_]+$": connectionParameter },
          additionalProperties: false,
        },
        iconBrandColor: text,
        capabilities: texts,
        policyTemplateInstances: {
          type: "array",
          items: {
            oneOf: [
              policy("dynamichosturl", { "x-ms-apimTemplateParameter.urlTemplate": text }),
              policy("updatenextlink", {
                "x-ms-apimTemplateParameter.nextLinkPropertyName": text,
                "x-ms-apimTemplate-operationName": texts,
              }),
            ],
          },
        },
        publisher: text,
        stackOwner: text,
      },
      ["connectionParameters", "iconBrandColor", "capabilities", "publisher", "stackOwner"],
    ),
  },
  ["properties"],
);

/** Where a definition does not have the form: path and reason. */
export function definitionFormProblems(definition: unknown): string[] {
  return problems(definitionSchema, definition);
}

/** Where properties do not have the form: path and reason. */
export function propertiesFormProblems(properties: unknown): string[] {
  return problems(propertiesSchema, properties);
}

function problems(form: AnySchemaObject, value: unknown): string[] {
  // `strict` off: the alternatives above repeat keywords whose types the compiler would have to guess.
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { regex: isPattern } });
  const validate = ajv.compile(form);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
