import {
  contentsOf,
  type Definition,
  type Facets,
  operationsOf,
  type Parameter,
  resolveParameter,
  resolveSchema,
  type Schema,
} from "../swagger.ts";

/** A schema and where it stands, as a path that a reader can follow. */
export interface Found<Thing> {
  where: string;
  found: Thing;
}

/** Every parameter: those of operations and those of the shared section. References are left out. */
export function allParameters(definition: Definition): Found<Parameter>[] {
  return [
    ...Object.entries(definition.parameters).map(([name, found]) => ({ where: `parameters/${name}`, found })),
    ...operationsOf(definition).flatMap(({ operation }) =>
      operation.parameters
        .filter(({ $ref }) => $ref === undefined)
        .map((found) => ({ where: `${operation.operationId}/${found.name}`, found })),
    ),
  ];
}

/** Every schema at every depth: of bodies, answers and the shared section. References are not followed. */
export function allSchemas(definition: Definition): Found<Schema>[] {
  const roots: Found<Schema>[] = [
    ...Object.entries(definition.definitions).map(([name, found]) => ({
      where: `definitions/${name}`,
      found,
    })),
    ...operationsOf(definition).flatMap(({ operation }) => [
      ...operation.parameters.flatMap(({ schema }) =>
        schema ? [{ where: `${operation.operationId}/body`, found: schema }] : [],
      ),
      ...Object.entries(operation.responses).flatMap(([status, { schema }]) =>
        schema ? [{ where: `${operation.operationId}/${status}`, found: schema }] : [],
      ),
    ]),
  ];
  roots.push(
    ...contentsOf(definition).map(({ path, content }) => ({
      where: `${path}/content`,
      found: content.schema,
    })),
  );
  return roots.flatMap(({ where, found }) => within(where, found));
}

/** A schema and all schemas inside it. */
export function within(where: string, found: Schema): Found<Schema>[] {
  const additional = typeof found.additionalProperties === "object" ? found.additionalProperties : undefined;
  return [
    { where, found },
    ...Object.entries(found.properties ?? {}).flatMap(([name, property]) =>
      within(`${where}/${name}`, property),
    ),
    ...(found.items ? within(`${where}[]`, found.items) : []),
    ...(additional ? within(`${where}{}`, additional) : []),
  ];
}

/** Every named property of every object. References are followed once, to what they name. */
export function allProperties(definition: Definition): Found<Schema>[] {
  return allSchemas(definition).flatMap(({ where, found }) =>
    Object.entries(found.properties ?? {}).map(([name, property]) => ({
      where: `${where}/${name}`,
      found: resolveSchema(definition, property) ?? property,
    })),
  );
}

/** Everything that has the keywords of a value: parameters that have a type, and schemas. */
export function allFacets(definition: Definition): Found<Facets>[] {
  return [
    ...allParameters(definition).filter(({ found }) => found.in !== "body"),
    ...allParameters(definition).flatMap(({ where, found }) =>
      found.items ? within(`${where}[]`, found.items) : [],
    ),
    ...allSchemas(definition).filter(({ found }) => found.$ref === undefined),
  ];
}

/** Parameters of an operation with references followed; those that point nowhere are left out. */
export function parametersOf(definition: Definition, parameters: readonly Parameter[]): Parameter[] {
  return parameters.flatMap((parameter) => resolveParameter(definition, parameter) ?? []);
}
