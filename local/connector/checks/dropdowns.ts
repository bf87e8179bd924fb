import {
  type Definition,
  type DynamicList,
  type DynamicValues,
  type Facets,
  operationsOf,
  type Parameter,
  resolveParameter,
  resolveSchema,
  type Schema,
  type SwaggerOperation,
} from "../swagger.ts";
import { type Rules, unless } from "./check.ts";
import { allFacets, type Found, parametersOf, within } from "./walk.ts";

/** A field with a dropdown, and the operation whose fields it can refer to. */
interface Dropdown {
  where: string;
  source: SwaggerOperation;
  values: DynamicValues;
  list: DynamicList;
  lookUp: SwaggerOperation | undefined;
}

/** Fields that are filled from another operation. */
export const dropdownRules: Rules = {
  DynamicListExtensionRequiredForAmbiguousReferences: ({ definition }) =>
    allFacets(definition)
      .filter(({ found }) => Boolean(found["x-ms-dynamic-values"]) !== Boolean(found["x-ms-dynamic-list"]))
      .map(({ where }) => `${where} has one of x-ms-dynamic-values and x-ms-dynamic-list, and needs both.`),
  DynamicExtensionsAgree: ({ definition }) =>
    dropdowns(definition).flatMap(({ where, values, list }) =>
      unless(
        values.operationId === list.operationId &&
          values["value-collection"] === list.itemsPath &&
          values["value-path"] === list.itemValuePath &&
          values["value-title"] === list.itemTitlePath &&
          Object.keys(values.parameters ?? {}).join() === Object.keys(list.parameters ?? {}).join(),
        `${where}: the two extensions say different things.`,
      ),
    ),
  OperationIdNotFound: ({ definition }) =>
    dropdowns(definition)
      .filter(({ lookUp }) => !lookUp)
      .map(({ where, values }) => `${where} names ${values.operationId}, which does not exist.`),
  LookUpIsInternalRead: ({ definition }) =>
    dropdowns(definition).flatMap(({ where, lookUp }) => {
      const isGet = operationsOf(definition).some(
        ({ method, operation }) => operation === lookUp && method === "get",
      );
      return unless(
        !lookUp || (isGet && lookUp["x-ms-visibility"] === "internal"),
        `${where}: ${lookUp?.operationId} must be an internal GET.`,
      );
    }),
  OperationParameterNameNotFound: ({ definition }) =>
    dropdowns(definition).flatMap(({ where, lookUp, values, list }) =>
      [...Object.keys(values.parameters ?? {}), ...Object.keys(list.parameters ?? {})]
        .filter((name) => lookUp && !takes(definition, lookUp, name))
        .map((name) => `${where}: ${lookUp?.operationId} does not take ${name}.`),
    ),
  OperationMissingRequiredProperty: ({ definition }) =>
    dropdowns(definition).flatMap(({ where, lookUp, values }) =>
      parametersOf(definition, lookUp?.parameters ?? [])
        .filter(({ name = "", required }) => required && !Object.hasOwn(values.parameters ?? {}, name))
        .map(({ name }) => `${where}: ${lookUp?.operationId} needs ${name}.`),
    ),
  ParameterReferenceExists: ({ definition }) =>
    references(definition)
      .filter(({ found }) => !found)
      .map(({ where, to }) => `${where} refers to ${to}, which is not a field of the operation.`),
  OperationParameterNameIsAmbiguous: ({ definition }) =>
    dropdowns(definition).flatMap(({ where, source, values }) =>
      Object.values(values.parameters ?? {}).flatMap((value) =>
        typeof value === "object" &&
        atPath(definition, source, value.parameter) &&
        atPath(definition, source, `body/${value.parameter}`)
          ? [`${where} refers to ${value.parameter}, which is a parameter and a field of the body.`]
          : [],
      ),
    ),
  SourcePropertyInternal: ({ definition }) =>
    references(definition)
      .filter(({ found }) => found?.["x-ms-visibility"] === "internal")
      .map(({ where, to }) => `${where} refers to ${to}, which nobody can fill.`),
  OperationParameterTypeMismatch: ({ definition }) =>
    references(definition)
      .filter(({ found, target }) => found && target && found.type !== target.type)
      .map(({ where, to }) => `${where}: ${to} is of another type than what the look-up takes.`),
  OperationParameterRequiredMismatch: ({ definition }) =>
    references(definition)
      .filter(({ found, target }) => found && target?.required === true && !found.required)
      .map(({ where, to }) => `${where}: the look-up cannot do without ${to}, which may be empty.`),
  OperationParameterStaticTypeMismatch: ({ definition }) =>
    dropdowns(definition).flatMap(({ where, lookUp, values }) =>
      Object.entries(values.parameters ?? {})
        .filter(([name, value]) => {
          const type = lookUp && takes(definition, lookUp, name)?.type;
          return typeof value === "string" && type !== undefined && type !== "string";
        })
        .map(([name]) => `${where}: the fixed value of ${name} is of another type.`),
    ),
  InvokedOperationShouldProduceArray: ({ definition }) =>
    dropdowns(definition).flatMap(({ where, lookUp, values }) =>
      unless(
        !lookUp || entry(definition, lookUp, values) !== undefined,
        `${where}: ${lookUp?.operationId} answers no list at ${values["value-collection"]}.`,
      ),
    ),
  InvokedOperationShouldProduceProperty: ({ definition }) =>
    dropdowns(definition).flatMap(({ where, lookUp, values }) => {
      const item = lookUp && entry(definition, lookUp, values);
      return [values["value-path"], values["value-title"]]
        .filter((path) => item && !Object.hasOwn(item.properties ?? {}, path))
        .map((path) => `${where}: entries of ${lookUp?.operationId} have no ${path}.`);
    }),
};

function dropdowns(definition: Definition): Dropdown[] {
  const operations = operationsOf(definition).map(({ operation }) => operation);
  return operations.flatMap((source) =>
    fieldsOf(definition, source).flatMap(({ where, found }) => {
      const { "x-ms-dynamic-values": values, "x-ms-dynamic-list": list } = found;
      if (!values || !list) return [];
      const lookUp = operations.find(({ operationId }) => operationId === values.operationId);
      return [{ where: `${source.operationId}/${where}`, source, values, list, lookUp }];
    }),
  );
}

/** Parameters and fields of the body of an operation, at every depth. */
function fieldsOf(definition: Definition, { parameters }: SwaggerOperation): Found<Facets>[] {
  return parametersOf(definition, parameters).flatMap((parameter): Found<Facets>[] => {
    const body = parameter.schema && resolveSchema(definition, parameter.schema);
    return body ? within("body", body) : [{ where: parameter.name ?? "", found: parameter }];
  });
}

/** A parameter of an operation by its name. */
export function takes(
  definition: Definition,
  { parameters }: SwaggerOperation,
  name: string,
): Parameter | undefined {
  return parametersOf(definition, parameters).find((parameter) => parameter.name === name);
}

/** Every reference of a dropdown to a field beside it, with that field and the parameter that it fills. */
function references(definition: Definition) {
  return dropdowns(definition).flatMap(({ where, source, list, values, lookUp }) => {
    const fromList = Object.entries(list.parameters ?? {}).flatMap(([name, value]) =>
      "parameterReference" in value ? [{ name, to: value.parameterReference }] : [],
    );
    const fromValues = Object.entries(values.parameters ?? {}).flatMap(([name, value]) =>
      typeof value === "object" ? [{ name, to: value.parameter }] : [],
    );
    return [
      ...fromList.map(({ name, to }) => ({ where, to, name, found: atPath(definition, source, to) })),
      ...fromValues.map(({ name, to }) => ({
        where,
        to,
        name,
        found: atPath(definition, source, to) ?? atPath(definition, source, `body/${to}`),
      })),
    ].map((reference) => ({
      ...reference,
      target: lookUp && takes(definition, lookUp, reference.name),
    }));
  });
}

/** The field that a reference such as `credential` or `body/app` names, and whether a caller must fill it. */
export function atPath(
  definition: Definition,
  source: SwaggerOperation,
  path: string,
): (Facets & { required?: boolean }) | undefined {
  const [first = "", ...rest] = path.split("/");
  const parameter = source.parameters
    .flatMap((listed) => resolveParameter(definition, listed) ?? [])
    .find(({ name }) => name === first);
  if (!parameter || rest.length === 0) {
    return parameter && { ...parameterFacets(parameter), required: parameter.required === true };
  }
  let schema: Schema | undefined = parameter.schema;
  let required = parameter.required === true;
  for (const name of rest) {
    const parent: Schema | undefined = schema && resolveSchema(definition, schema);
    required &&= parent?.required?.includes(name) ?? false;
    schema =
      parent?.properties && Object.hasOwn(parent.properties, name) ? parent.properties[name] : undefined;
  }
  if (!schema) return undefined;
  const { type, "x-ms-visibility": visibility } = schema;
  return {
    ...(type !== undefined && { type }),
    ...(visibility && { "x-ms-visibility": visibility }),
    required,
  };
}

function parameterFacets({ type, "x-ms-visibility": visibility }: Parameter): Facets {
  return { ...(type !== undefined && { type }), ...(visibility && { "x-ms-visibility": visibility }) };
}

/** An entry of the list that a look-up answers. */
function entry(definition: Definition, lookUp: SwaggerOperation, values: DynamicValues): Schema | undefined {
  const answer = resolveSchema(definition, lookUp.responses[200]?.schema ?? {});
  const collection = answer?.properties?.[values["value-collection"]];
  return collection?.type === "array" && collection.items
    ? resolveSchema(definition, collection.items)
    : undefined;
}
