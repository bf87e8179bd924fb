import { type Definition, operationsOf, resolveParameter } from "../swagger.ts";
import { type Rules, repeated, unless } from "./check.ts";
import { allParameters, parametersOf } from "./walk.ts";

/** Headers that the gateway and HTTP itself set. */
const reservedHeaders = ["accept", "authorization", "content-type", "host", "x-functions-key"];

/** Query parameters that the Functions host reads for itself. */
const hostParameters = ["code", "clientid"];

/** Parameters of operations, wherever they stand. */
export const parameterRules: Rules = {
  BodyOrFormDataParameterInFetchOperationNotAllowed: ({ definition }) =>
    operationsOf(definition).flatMap(({ method, operation }) =>
      unless(
        method !== "get" ||
          parametersOf(definition, operation.parameters).every(({ in: place }) => place !== "body"),
        `${operation.operationId}: a GET has no body.`,
      ),
    ),
  OperationParametersContainMultipleBodyParameters: ({ definition }) =>
    operationsOf(definition).flatMap(({ operation }) =>
      unless(
        parametersOf(definition, operation.parameters).filter(({ in: place }) => place === "body").length <=
          1,
        `${operation.operationId} has more than one body.`,
      ),
    ),
  OperationParametersContainDuplicateParameter: ({ definition }) =>
    operationsOf(definition).flatMap(({ operation }) =>
      repeated(
        parametersOf(definition, operation.parameters).map(({ name, in: place }) => `${name} (${place})`),
      ).map((name) => `${operation.operationId} has ${name} more than once.`),
    ),
  BodyParameterSchemaRequired: ({ definition }) =>
    allParameters(definition)
      .filter(({ found }) => found.in === "body" && found.schema === undefined)
      .map(({ where }) => `${where} has no schema.`),
  BodyParameterPropertyNotValid: ({ definition }) =>
    allParameters(definition)
      .filter(({ found }) => found.in === "body" && found.type !== undefined)
      .map(({ where }) => `${where}: the type of a body belongs into its schema.`),
  DynamicExtensionDefinitionNotAllowedInParameter: ({ definition }) =>
    allParameters(definition)
      .filter(
        ({ found }) => found.in === "body" && (found["x-ms-dynamic-values"] ?? found["x-ms-dynamic-list"]),
      )
      .map(({ where }) => `${where}: the dropdown of a body belongs into its schema.`),
  NonBodyParameterSchemaNotValid: ({ definition }) =>
    allParameters(definition)
      .filter(({ found }) => found.in !== "body" && found.schema !== undefined)
      .map(({ where }) => `${where}: only a body has a schema.`),
  QueryParameterEncodingNotSupported: ({ definition }) =>
    allParameters(definition)
      .filter(({ found }) => found.in !== "path" && found["x-ms-url-encoding"] !== undefined)
      .map(({ where }) => `${where}: x-ms-url-encoding belongs to paths.`),
  ConnectionIdParameterNotAllowed: ({ definition }) =>
    allParameters(definition)
      .filter(({ found }) => found.name?.toLowerCase() === "connectionid")
      .map(({ where }) => `${where} is a name of the gateway.`),
  ReservedParameterIsUsed: ({ definition }) =>
    allParameters(definition)
      .filter(({ found: { name = "", in: place } }) =>
        (place === "header" ? reservedHeaders : hostParameters).includes(name.toLowerCase()),
      )
      .map(({ where }) => `${where} is read by others on the way.`),
  ParameterReferenceNotFound: ({ definition }) =>
    operationsOf(definition).flatMap(({ operation }) =>
      operation.parameters
        .filter((parameter) => !resolveParameter(definition, parameter))
        .map(({ $ref }) => `${operation.operationId}: ${$ref} points nowhere.`),
    ),
  NothingBesideParameterReference: ({ definition }) =>
    operationsOf(definition).flatMap(({ operation }) =>
      operation.parameters
        .filter((parameter) => parameter.$ref !== undefined && Object.keys(parameter).length > 1)
        .map(({ $ref }) => `${operation.operationId}: something stands beside ${$ref}.`),
    ),
  SharedParameterIsUsed: ({ definition }) =>
    Object.keys(definition.parameters)
      .filter((name) => !uses(definition).includes(`#/parameters/${name}`))
      .map((name) => `parameters/${name} is used nowhere.`),
  RepeatedParameterIsShared: ({ definition }) =>
    repeated(
      operationsOf(definition).flatMap(({ operation }) =>
        operation.parameters
          .filter(({ $ref, in: place }) => $ref === undefined && place !== "body")
          .map((parameter) => JSON.stringify(parameter)),
      ),
    ).map((text) => `${text} stands in several operations and not in the shared section.`),
  LookUpWithoutHeaders: ({ definition }) =>
    operationsOf(definition).flatMap(({ operation }) =>
      unless(
        operation["x-ms-visibility"] !== "internal" ||
          parametersOf(definition, operation.parameters).every(({ in: place }) => place !== "header"),
        `${operation.operationId}: a look-up takes no header.`,
      ),
    ),
};

function uses(definition: Definition): string[] {
  return operationsOf(definition).flatMap(({ operation }) =>
    operation.parameters.flatMap(({ $ref }) => $ref ?? []),
  );
}
