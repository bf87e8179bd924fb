import { isDeepStrictEqual } from "node:util";
import type { TypedOperation } from "../../functions/operation.ts";
import { dropdownExtensions } from "./dropdown.ts";
import { type Definitions, type WriteOptions, writeFacets, writeSchema } from "./schemas.ts";
import { type Definition, operationsOf, type Parameter, type Schema } from "./swagger.ts";
import { pascalCase } from "./wording.ts";

/** What parameters of an operation are written with. */
export interface ParameterOptions {
  definitions: Definitions;
  operations: readonly TypedOperation[];
  /** Whether the engine follows `nextLink` by itself; else makers need the cursor in sight. */
  paging: boolean;
}

/** The parameters of an operation: path, then query, then one body. */
export function parameters(operation: TypedOperation, options: ParameterOptions): Parameter[] {
  const { places, input } = operation;
  const write: WriteOptions = {
    definitions: options.definitions,
    dropdown: (field) => dropdownExtensions(field, operation, options.operations),
  };
  const required: readonly string[] = input.required ?? [];
  const inPlace = (place: string) =>
    Object.entries(input.properties).filter(([name]) => places[name] === place);
  const plain = ["path", "query"].flatMap((place) =>
    inPlace(place).map(([name, declared]): Parameter => {
      const { description, type, "x-ms-summary": summary, ...facets } = writeFacets(declared, write);
      const parameter: Parameter = {
        name,
        in: place,
        ...(summary !== undefined && { "x-ms-summary": summary }),
        ...(description !== undefined && { description }),
        required: required.includes(name),
        ...(type !== undefined && { type }),
        ...facets,
        ...(place === "path" && { "x-ms-url-encoding": "single" }),
      };
      // An optional field that is internal is never sent. Look-ups are out of sight as a whole and need theirs.
      if (operation.visibility === "internal" && parameter["x-ms-visibility"] === "internal") {
        delete parameter["x-ms-visibility"];
      }
      if (!options.paging && operation.pageable && name === "cursor") {
        parameter["x-ms-visibility"] = "advanced";
      }
      return parameter;
    }),
  );
  const fields = inPlace("body");
  if (fields.length === 0) return plain;
  const needed = required.filter((name) => places[name] === "body");
  const schema: Schema = {
    type: "object",
    ...(needed.length > 0 && { required: [...needed] }),
    properties: Object.fromEntries(
      fields.map(([name, declared]) => [
        name,
        {
          ...writeSchema(declared, write),
          ...(operation.trigger?.callback === name && { "x-ms-notification-url": true as const }),
        },
      ]),
    ),
  };
  return [
    ...plain,
    {
      name: "body",
      in: "body",
      "x-ms-summary": "Body",
      description: "Fields of the call.",
      required: needed.length > 0,
      schema,
    },
  ];
}

/**
 * Moves parameters that several operations have into the shared section. They keep their name; where different ones
 * have the same name, the first part of the route tells them apart. Where that does not either, as for credentials of
 * two kinds of one service, a number does.
 */
export function shareParameters(definition: Definition): void {
  const groups: { parameter: Parameter; area: string; uses: Parameter[][] }[] = [];
  for (const { path, operation } of operationsOf(definition)) {
    for (const parameter of operation.parameters) {
      if (parameter.in === "body") continue;
      const group = groups.find((known) => isDeepStrictEqual(known.parameter, parameter));
      if (group) group.uses.push(operation.parameters);
      else groups.push({ parameter, area: path.split("/")[2] ?? "", uses: [operation.parameters] });
    }
  }
  const shared = groups.filter(({ uses }) => uses.length > 1);
  for (const { parameter, area, uses } of shared) {
    const { name = "" } = parameter;
    const alone = shared.filter((other) => other.parameter.name === name).length === 1;
    const first = alone ? pascalCase(name) : pascalCase(`${area}-${name}`);
    let key = first;
    for (let count = 2; key in definition.parameters; count += 1) key = `${first}${count}`;
    definition.parameters[key] = parameter;
    for (const list of uses) {
      const at = list.findIndex((other) => isDeepStrictEqual(other, parameter));
      list[at] = { $ref: `#/parameters/${key}` };
    }
  }
}
