import {
  type Definition,
  type DynamicProperties,
  type DynamicSchema,
  operationsOf,
  resolveSchema,
  type SwaggerOperation,
} from "../swagger.ts";
import { type Rules, unless } from "./check.ts";
import { atPath, takes } from "./dropdowns.ts";
import { parametersOf, within } from "./walk.ts";

/** An object of an answer whose members another operation describes. */
interface Described {
  where: string;
  source: SwaggerOperation;
  older: DynamicSchema;
  newer: DynamicProperties;
  describer: SwaggerOperation | undefined;
}

/** Objects of answers whose members are asked for while a flow is built. */
export const describedRules: Rules = {
  DynamicPropertiesExtensionRequiredForPropertiesValuePath: ({ definition }) =>
    answers(definition)
      .filter(
        ({ found }) => Boolean(found["x-ms-dynamic-schema"]) !== Boolean(found["x-ms-dynamic-properties"]),
      )
      .map(
        ({ where }) => `${where} has one of x-ms-dynamic-schema and x-ms-dynamic-properties, and needs both.`,
      ),
  DynamicPropertiesItemValuePathMismatch: ({ definition }) =>
    described(definition).flatMap(({ where, older, newer }) =>
      unless(
        older["value-path"] === newer.itemValuePath,
        `${where}: the schema stands at ${older["value-path"]} and at ${newer.itemValuePath}.`,
      ),
    ),
  DescribedExtensionsAgree: ({ definition }) =>
    described(definition).flatMap(({ where, older, newer }) =>
      unless(
        older.operationId === newer.operationId &&
          Object.keys(older.parameters ?? {}).join() === Object.keys(newer.parameters ?? {}).join(),
        `${where}: the two extensions say different things.`,
      ),
    ),
  DescriberIsInternalRead: ({ definition }) =>
    described(definition).flatMap(({ where, older, describer }) => {
      const isGet = operationsOf(definition).some(
        ({ method, operation }) => operation === describer && method === "get",
      );
      return unless(
        isGet && describer?.["x-ms-visibility"] === "internal",
        `${where}: ${older.operationId} must be an internal GET.`,
      );
    }),
  DescriberAnswersSchema: ({ definition }) =>
    described(definition).flatMap(({ where, older, describer }) => {
      const answer = resolveSchema(definition, describer?.responses[200]?.schema ?? {});
      return unless(
        !describer || answer?.properties?.[older["value-path"]]?.type === "object",
        `${where}: ${older.operationId} answers no object at ${older["value-path"]}.`,
      );
    }),
  DescriberTakesParameters: ({ definition }) =>
    described(definition).flatMap(({ where, source, newer, describer }) => {
      if (!describer) return [];
      const given = newer.parameters ?? {};
      const missing = parametersOf(definition, describer.parameters)
        .filter(({ name = "", required }) => required && !Object.hasOwn(given, name))
        .map(({ name }) => `${where}: ${describer.operationId} needs ${name}.`);
      const wrong = Object.entries(given).flatMap(([name, value]) => {
        const target = takes(definition, describer, name);
        if (!target) return [`${where}: ${describer.operationId} does not take ${name}.`];
        if (!("parameterReference" in value)) return [];
        const from = atPath(definition, source, value.parameterReference);
        return unless(
          from?.type === target.type,
          `${where}: ${value.parameterReference} is no field of the type of ${name}.`,
        );
      });
      return [...missing, ...wrong];
    }),
};

/** Every schema of the answers of operations, by the operation. */
function answers(definition: Definition) {
  return operationsOf(definition).flatMap(({ operation }) => {
    const answer = resolveSchema(definition, operation.responses[200]?.schema ?? {});
    return answer
      ? within(`${operation.operationId}/200`, answer).map((item) => ({ ...item, source: operation }))
      : [];
  });
}

function described(definition: Definition): Described[] {
  return answers(definition).flatMap(({ where, found, source }) => {
    const { "x-ms-dynamic-schema": older, "x-ms-dynamic-properties": newer } = found;
    if (!older || !newer) return [];
    const describer = operationsOf(definition)
      .map(({ operation }) => operation)
      .find(({ operationId }) => operationId === older.operationId);
    return [{ where, source, older, newer, describer }];
  });
}
