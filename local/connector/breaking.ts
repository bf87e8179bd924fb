import {
  type Definition,
  operationsOf,
  outputOf,
  type Parameter,
  type Placed,
  resolveParameter,
  resolveSchema,
  type Schema,
} from "./swagger.ts";

/**
 * What a definition takes away from flows that were made with the released one: operations, inputs, outputs, or
 * values that were allowed. What is only added does not break anything.
 *
 * @returns one sentence a break, empty when there is none.
 */
export function breakingChanges(released: Definition, current: Definition): string[] {
  const now = new Map(operationsOf(current).map((placed) => [placed.operation.operationId, placed]));
  return operationsOf(released).flatMap((before) => {
    const id = before.operation.operationId;
    const after = now.get(id);
    return after
      ? operationBreaks(before, released, after, current).map((text) => `${id}: ${text}`)
      : [`${id}: the operation is gone.`];
  });
}

function operationBreaks(before: Placed, released: Definition, after: Placed, current: Definition): string[] {
  const breaks: string[] = [];
  if (before.method !== after.method) {
    breaks.push(`the method was ${before.method.toUpperCase()} and is ${after.method.toUpperCase()}.`);
  }
  const url = (definition: Definition, path: string) => definition.basePath.replace(/\/$/, "") + path;
  if (url(released, before.path) !== url(current, after.path)) {
    breaks.push(`the path was ${before.path} and is ${after.path}.`);
  }
  if (before.operation["x-ms-pageable"] && !after.operation["x-ms-pageable"]) {
    breaks.push("it is no longer paged.");
  }
  const hidden = (placed: Placed) => placed.operation["x-ms-visibility"] === "internal";
  if (!hidden(before) && hidden(after)) breaks.push("it is out of sight now.");
  if (before.operation["x-ms-trigger"] !== after.operation["x-ms-trigger"]) {
    breaks.push("it was a trigger and is none, or the other way round.");
  }
  if (before.operation["x-ms-trigger"] && after.operation["x-ms-trigger"]) {
    const content = (definition: Definition, placed: Placed) => outputOf(definition, placed);
    breaks.push(
      ...outputBreaks("content", content(released, before), released, content(current, after), current),
    );
  }
  return [
    ...breaks,
    ...parameterBreaks(before, released, after, current),
    ...answerBreaks(before, released, after, current),
  ];
}

function parameterBreaks(before: Placed, released: Definition, after: Placed, current: Definition): string[] {
  const named = (definition: Definition, { operation }: Placed) =>
    new Map(
      operation.parameters.map((listed): [string, Parameter] => {
        const parameter = resolveParameter(definition, listed) ?? listed;
        return [parameter.in === "body" ? "body" : (parameter.name ?? ""), parameter];
      }),
    );
  const old = named(released, before);
  const fresh = named(current, after);
  const breaks: string[] = [];
  for (const [name, was] of old) {
    const is = fresh.get(name);
    if (!is) {
      breaks.push(`the input ${name} is gone.`);
      continue;
    }
    if (was.in !== is.in) breaks.push(`the input ${name} was in the ${was.in} and is in the ${is.in}.`);
    if (was.required !== true && is.required === true) breaks.push(`the input ${name} is required now.`);
    breaks.push(...inputBreaks(name, asSchema(was), released, asSchema(is), current));
  }
  for (const [name, is] of fresh) {
    if (!old.has(name) && is.required === true) breaks.push(`the input ${name} is new and required.`);
  }
  return breaks;
}

/** A parameter as the schema of its value. */
function asSchema(parameter: Parameter): Schema {
  if (parameter.schema) return parameter.schema;
  const {
    name: _name,
    in: _in,
    required: _required,
    schema: _schema,
    $ref: _reference,
    ...facets
  } = parameter;
  return facets;
}

/** Bounds whose growth, or whose fall, refuses what was allowed. */
const upperBounds = ["maximum", "maxLength", "maxItems"] as const;
const lowerBounds = ["minimum", "minLength", "minItems"] as const;

function inputBreaks(
  name: string,
  before: Schema,
  released: Definition,
  after: Schema,
  current: Definition,
): string[] {
  const was = resolveSchema(released, before) ?? {};
  const is = resolveSchema(current, after) ?? {};
  const breaks: string[] = [];
  const add = (text: string) => breaks.push(`the input ${name} ${text}`);
  const wider = was.type === "integer" && is.type === "number";
  if (was.type !== is.type && !wider) add(`was of type ${was.type} and is of type ${is.type}.`);
  const kept = is.enum;
  const lost = kept ? (was.enum?.filter((value) => !kept.includes(value)) ?? []) : [];
  if (kept && !was.enum) add("takes a closed list of values now.");
  if (lost.length > 0) add(`no longer takes ${lost.join(", ")}.`);
  for (const keyword of upperBounds) {
    if ((is[keyword] ?? Infinity) < (was[keyword] ?? Infinity)) add(`has a smaller ${keyword}.`);
  }
  for (const keyword of lowerBounds) {
    if ((is[keyword] ?? -Infinity) > (was[keyword] ?? -Infinity)) add(`has a larger ${keyword}.`);
  }
  for (const keyword of ["pattern", "format"] as const) {
    // Whether another pattern allows as much cannot be told: somebody has to look.
    if (is[keyword] !== undefined && is[keyword] !== was[keyword]) add(`has another ${keyword}.`);
  }
  if (was["x-ms-visibility"] !== "internal" && is["x-ms-visibility"] === "internal") {
    add("is out of sight now.");
  }
  if (was.additionalProperties && !is.additionalProperties) add("no longer takes fields of any name.");
  if (was.items && is.items) {
    breaks.push(...inputBreaks(`${name}[]`, was.items, released, is.items, current));
  }
  const properties = is.properties ?? {};
  for (const [member, property] of Object.entries(was.properties ?? {})) {
    const path = `${name}.${member}`;
    const now = Object.hasOwn(properties, member) ? properties[member] : undefined;
    if (now) breaks.push(...inputBreaks(path, property, released, now, current));
    else breaks.push(`the input ${path} is gone.`);
  }
  for (const member of is.required ?? []) {
    if (was.required?.includes(member)) continue;
    const known = Object.hasOwn(was.properties ?? {}, member);
    breaks.push(`the input ${name}.${member} ${known ? "is required now." : "is new and required."}`);
  }
  return breaks;
}

function answerBreaks(before: Placed, released: Definition, after: Placed, current: Definition): string[] {
  const answer = ({ operation }: Placed) =>
    Object.entries(operation.responses).find(([, response]) => response.schema !== undefined);
  const [was, is] = [answer(before), answer(after)];
  if (!was?.[1].schema) return [];
  if (!is?.[1].schema) return ["the answer is no longer described."];
  const breaks = was[0] === is[0] ? [] : [`the answer had status ${was[0]} and has ${is[0]}.`];
  return [...breaks, ...outputBreaks("answer", was[1].schema, released, is[1].schema, current)];
}

function outputBreaks(
  name: string,
  before: Schema,
  released: Definition,
  after: Schema,
  current: Definition,
): string[] {
  const was = resolveSchema(released, before) ?? {};
  const is = resolveSchema(current, after) ?? {};
  const narrower = was.type === "number" && is.type === "integer";
  if (was.type !== is.type && !narrower) {
    return [`the output ${name} was of type ${was.type} and is of type ${is.type}.`];
  }
  const breaks: string[] = [];
  if (was["x-ms-visibility"] !== "internal" && is["x-ms-visibility"] === "internal") {
    breaks.push(`the output ${name} is out of sight now.`);
  }
  if (was.items && is.items) {
    breaks.push(...outputBreaks(`${name}[]`, was.items, released, is.items, current));
  }
  const properties = is.properties ?? {};
  for (const [member, property] of Object.entries(was.properties ?? {})) {
    const path = `${name}.${member}`;
    const now = Object.hasOwn(properties, member) ? properties[member] : undefined;
    if (!now) {
      breaks.push(`the output ${path} is gone.`);
      continue;
    }
    if (was.required?.includes(member) && !is.required?.includes(member)) {
      breaks.push(`the output ${path} is no longer always there.`);
    }
    breaks.push(...outputBreaks(path, property, released, now, current));
  }
  return breaks;
}
