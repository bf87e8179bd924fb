import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { PNG } from "pngjs";
import { catalogue } from "../../functions/catalogue.ts";
import { errorCodes } from "../../functions/errors.ts";
import type { Connector } from "../../local/connector/checks/check.ts";
import { definition } from "../../local/connector/definition.ts";
import { facts } from "../../local/connector/facts.ts";
import { jsonText } from "../../local/connector/files.ts";
import { drawIcon } from "../../local/connector/icon.ts";
import { apiProperties } from "../../local/connector/properties.ts";
import {
  type Definition,
  operationsOf,
  type Parameter,
  type Schema,
  type SwaggerOperation,
} from "../../local/connector/swagger.ts";

/** Root of the project. */
export const root = path.resolve(import.meta.dirname, "../..");

const readme = readFileSync(path.join(root, "connector/README.md"), "utf8");
const icon = PNG.sync.write(drawIcon(), { colorType: 2 });

/** The connector as it is generated now. Each call makes a new one, which a test may break. */
export function connector(fixedHost = false): Connector {
  const made = definition(catalogue, {
    host: fixedHost ? "my-relay.azurewebsites.net" : facts.reservedHost,
    fixedHost,
  });
  const text = jsonText(made);
  // Through JSON, as readers get it, and so that nothing is shared with the operations.
  return {
    definition: JSON.parse(text) as Definition,
    definitionBytes: Buffer.byteLength(text),
    properties: structuredClone(apiProperties(catalogue, { fixedHost })),
    readme,
    icon,
    errorCodes,
  };
}

/** An operation of a definition, which must be there. */
export function operationNamed(swagger: Definition, id: string): SwaggerOperation {
  const placed = operationsOf(swagger).find(({ operation }) => operation.operationId === id);
  assert.ok(placed, `${id} is in the definition`);
  return placed.operation;
}

/** A parameter of an operation's own, which must be there. */
export function ownParameter(swagger: Definition, id: string, name: string): Parameter {
  const found = operationNamed(swagger, id).parameters.find((parameter) => parameter.name === name);
  assert.ok(found, `${id} has ${name}`);
  return found;
}

/** A shared parameter, which must be there. */
export function sharedParameter(swagger: Definition, name: string): Parameter {
  const found = swagger.parameters[name];
  assert.ok(found, `parameters/${name} is there`);
  return found;
}

/** A shared schema, which must be there. */
export function sharedSchema(swagger: Definition, name: string): Schema {
  const found = swagger.definitions[name];
  assert.ok(found, `definitions/${name} is there`);
  return found;
}

/** A field of a shared schema, which must be there. */
export function field(swagger: Definition, name: string, property: string): Schema {
  const found = sharedSchema(swagger, name).properties?.[property];
  assert.ok(found, `definitions/${name} has ${property}`);
  return found;
}
