import type { TypedOperation } from "../../functions/operation.ts";
import type { DynamicCall } from "../../functions/schema.ts";
import type { DynamicListValue, DynamicValue, Facets } from "./swagger.ts";

/** The inputs of an operation that a dropdown can be filled from. */
type Source = Pick<TypedOperation, "id" | "places">;

/**
 * The two extensions of a dropdown: the older one, and the newer one that can also read fields of a body.
 *
 * @throws Error when the look-up or its parameter does not exist.
 */
export function dropdownExtensions(
  call: DynamicCall,
  source: Source,
  operations: readonly TypedOperation[],
): Pick<Facets, "x-ms-dynamic-values" | "x-ms-dynamic-list"> {
  const found = dynamicParameters(call, source, operations);
  if (!found) return {};
  const { operationId } = call;
  return {
    "x-ms-dynamic-values": {
      operationId,
      ...found.older,
      "value-collection": "value",
      "value-path": "id",
      "value-title": "title",
    },
    "x-ms-dynamic-list": {
      operationId,
      ...found.newer,
      itemsPath: "value",
      itemValuePath: "id",
      itemTitlePath: "title",
    },
  };
}

/**
 * The two extensions of an object of an answer whose members another operation describes.
 *
 * @throws Error when that operation or its parameter does not exist.
 */
export function describedExtensions(
  call: DynamicCall,
  source: Source,
  operations: readonly TypedOperation[],
): Pick<Facets, "x-ms-dynamic-schema" | "x-ms-dynamic-properties"> {
  const found = dynamicParameters(call, source, operations);
  if (!found) return {};
  const { operationId } = call;
  return {
    "x-ms-dynamic-schema": { operationId, ...found.older, "value-path": "schema" },
    "x-ms-dynamic-properties": { operationId, ...found.newer, itemValuePath: "schema" },
  };
}

/**
 * Parameters of a call that a designer makes, for the older and the newer extension.
 *
 * A parameter whose field the operation does not have is left out. Where the call cannot do without it, there is
 * nothing to call: undefined.
 */
function dynamicParameters(
  { operationId, parameters = {} }: DynamicCall,
  source: Source,
  operations: readonly TypedOperation[],
):
  | {
      older: { parameters?: Record<string, DynamicValue> };
      newer: { parameters?: Record<string, DynamicListValue> };
    }
  | undefined {
  const called = operations.find(({ id }) => id === operationId);
  if (!called) throw new Error(`${source.id}: a field names ${operationId}, which does not exist.`);
  const older: Record<string, DynamicValue> = {};
  const newer: Record<string, DynamicListValue> = {};
  for (const [name, from] of Object.entries(parameters)) {
    if (!(name in called.places)) {
      throw new Error(`${source.id}: a field gives ${operationId} a ${name}, which it does not take.`);
    }
    if (typeof from === "object") {
      older[name] = from.value;
      newer[name] = { value: from.value };
    } else if (Object.hasOwn(source.places, from)) {
      older[name] = { parameter: from };
      newer[name] = { parameterReference: source.places[from] === "body" ? `body/${from}` : from };
    }
  }
  const required: readonly string[] = called.input.required ?? [];
  if (required.some((name) => !Object.hasOwn(older, name))) return undefined;
  const some = Object.keys(older).length > 0;
  return { older: { ...(some && { parameters: older }) }, newer: { ...(some && { parameters: newer }) } };
}
