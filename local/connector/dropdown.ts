import type { TypedOperation } from "../../functions/operation.ts";
import type { DynamicListValue, DynamicValue, Facets } from "./swagger.ts";

/** What a field declares of its dropdown. */
export interface Dropdown {
  operationId: string;
  /** Parameters of the look-up: the name of a field beside this one, or a fixed value. */
  parameters?: Readonly<Record<string, string | { value: string }>>;
}

/** The inputs of an operation that a dropdown can be filled from. */
type Source = Pick<TypedOperation, "id" | "places">;

/**
 * The two extensions of a dropdown: the older one, and the newer one that can also read fields of a body.
 *
 * A parameter whose field the operation does not have is left out. Where the look-up cannot do without it, there is no
 * dropdown at all.
 *
 * @throws Error when the look-up or its parameter does not exist.
 */
export function dropdownExtensions(
  { operationId, parameters = {} }: Dropdown,
  source: Source,
  operations: readonly TypedOperation[],
): Pick<Facets, "x-ms-dynamic-values" | "x-ms-dynamic-list"> {
  const lookUp = operations.find(({ id }) => id === operationId);
  if (!lookUp) throw new Error(`${source.id}: the dropdown names ${operationId}, which does not exist.`);
  const values: Record<string, DynamicValue> = {};
  const list: Record<string, DynamicListValue> = {};
  for (const [name, from] of Object.entries(parameters)) {
    if (!(name in lookUp.places)) {
      throw new Error(`${source.id}: the dropdown gives ${operationId} a ${name}, which it does not take.`);
    }
    if (typeof from === "object") {
      values[name] = from.value;
      list[name] = { value: from.value };
    } else if (Object.hasOwn(source.places, from)) {
      values[name] = { parameter: from };
      list[name] = { parameterReference: source.places[from] === "body" ? `body/${from}` : from };
    }
  }
  const required: readonly string[] = lookUp.input.required ?? [];
  if (required.some((name) => !Object.hasOwn(values, name))) return {};
  const some = Object.keys(values).length > 0;
  return {
    "x-ms-dynamic-values": {
      operationId,
      ...(some && { parameters: values }),
      "value-collection": "value",
      "value-path": "id",
      "value-title": "title",
    },
    "x-ms-dynamic-list": {
      operationId,
      ...(some && { parameters: list }),
      itemsPath: "value",
      itemValuePath: "id",
      itemTitlePath: "title",
    },
  };
}
