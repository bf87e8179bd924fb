import { isDeepStrictEqual } from "node:util";
import type { Operation, TypedOperation } from "../../functions/operation.ts";
import { describedExtensions } from "./dropdown.ts";
import { facts } from "./facts.ts";
import { parameters, shareParameters } from "./parameters.ts";
import { responses } from "./responses.ts";
import { type Definitions, share, writeSchema } from "./schemas.ts";
import {
  type Definition,
  notificationContent,
  operationsOf,
  type Schema,
  type SwaggerOperation,
} from "./swagger.ts";

/** Where the connector sends its calls. */
export interface DefinitionOptions {
  /** Host name, without scheme, port and path. */
  host: string;
  /**
   * The host is the real one, so nothing rewrites it, and nothing rewrites `nextLink` either: then following it would
   * go past the connection, without the key. Lists are not declared as pageable, and the cursor is in sight.
   */
  fixedHost?: boolean;
}

/** The typed operations of a catalogue: raw relays are for tools and are not in the connector. */
export function typedOperations(catalogue: readonly Operation[]): TypedOperation[] {
  return catalogue.filter((operation) => operation.kind === "typed");
}

/** The connector's definition: Swagger 2.0 with Microsoft's extensions, all of it derived from the operations. */
export function definition(
  catalogue: readonly Operation[],
  { host, fixedHost = false }: DefinitionOptions,
): Definition {
  const operations = typedOperations(catalogue);
  const definitions: Definitions = { schemas: {} };
  const paging = !fixedHost;
  const result: Definition = {
    swagger: "2.0",
    info: {
      title: facts.title,
      description: facts.description,
      version: facts.version,
      contact: { ...facts.contact },
    },
    host,
    // The prefix of the function app stands in the paths: whether a host that a policy puts in keeps the base path is
    // not documented, and with this one it makes no difference.
    basePath: "/",
    schemes: ["https"],
    consumes: ["application/json"],
    produces: ["application/json"],
    paths: {},
    definitions: definitions.schemas,
    parameters: {},
    securityDefinitions: {
      function_key: {
        type: "apiKey",
        in: "header",
        name: "x-functions-key",
        description: "A function key of the function app.",
      },
    },
    security: [{ function_key: [] }],
    "x-ms-capabilities": { testConnection: { operationId: "TestConnection" } },
    "x-ms-connector-metadata": [
      { propertyName: "Website", propertyValue: facts.website },
      { propertyName: "Privacy policy", propertyValue: facts.privacyPolicy },
      { propertyName: "Categories", propertyValue: facts.categories.join(";") },
    ],
  };
  for (const operation of operations) {
    const path = `/api/${operation.route}`;
    const [method] = operation.methods;
    const written: SwaggerOperation = {
      operationId: operation.id,
      summary: operation.summary,
      description: operation.description,
      // Microsoft's schema has no word for an operation that is neither: what is shown is shown at once.
      "x-ms-visibility": operation.visibility === "none" ? "important" : operation.visibility,
      ...(method !== "GET" && { "x-ms-no-generic-test": true }),
      ...(operation.trigger && {
        "x-ms-trigger": "single",
        "x-ms-trigger-hint": operation.trigger.hint,
      }),
      ...(operation.pageable && paging && { "x-ms-pageable": { nextLinkName: "nextLink" } }),
      parameters: parameters(operation, { definitions, operations, paging }),
      responses: responses(
        operation,
        writeSchema(operation.output, {
          definitions,
          described: (object) => describedExtensions(object, operation, operations),
        }),
      ),
    };
    result.paths[path] = {
      ...result.paths[path],
      ...(operation.trigger && {
        [notificationContent]: {
          description: "What the flow receives, once for each event.",
          schema: writeSchema(operation.trigger.content, { definitions }),
        },
      }),
      [method.toLowerCase()]: written,
    };
  }
  shareParameters(result);
  shareSchemas(result, definitions);
  result.definitions = sorted(definitions.schemas);
  result.parameters = sorted(result.parameters);
  return result;
}

/** Bodies and answers that several operations have in common are shared too, under the name of the first of them. */
function shareSchemas(result: Definition, definitions: Definitions): void {
  const places: { name: string; schema: Schema; put(reference: Schema): void }[] = [];
  for (const { operation } of operationsOf(result)) {
    const body = operation.parameters.find((parameter) => parameter.in === "body");
    if (body?.schema) {
      places.push({
        name: `${operation.operationId}Body`,
        schema: body.schema,
        put: (reference) => Object.assign(body, { schema: reference }),
      });
    }
    for (const response of Object.values(operation.responses)) {
      if (!response.schema || response.schema.$ref !== undefined) continue;
      places.push({
        name: `${operation.operationId}Response`,
        schema: response.schema,
        put: (reference) => Object.assign(response, { schema: reference }),
      });
    }
  }
  for (const [index, first] of places.entries()) {
    const same = places.filter(({ schema }) => isDeepStrictEqual(schema, first.schema));
    if (same.length < 2 || places.indexOf(same[0] ?? first) !== index) continue;
    const reference = share(definitions, first.name, first.schema);
    for (const place of same) place.put(reference);
  }
}

/** By name, so that a new operation adds lines and moves none. */
function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
