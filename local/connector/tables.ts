import type { Operation } from "../../functions/operation.ts";
import { typedOperations } from "./definition.ts";
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

/** One line a table row: Markdown would end the row at a line break, and the cell at a bar. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}

function row(...cells: string[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** Operations that makers see, with method and route: for the README of the project. */
export function operationsTable(catalogue: readonly Operation[]): string {
  return [
    row("Operation", "What it does", "Request"),
    row("---", "---", "---"),
    ...typedOperations(catalogue)
      .filter(({ visibility }) => visibility !== "internal")
      .map(({ id, summary, methods, route }) => row(`\`${id}\``, summary, `\`${methods[0]} /api/${route}\``)),
    ...catalogue.flatMap((operation) =>
      operation.kind === "raw"
        ? [
            row(
              `\`${operation.id}\``,
              operation.summary,
              `\`${operation.methods.join(", ")} /api/${operation.route}\``,
            ),
          ]
        : [],
    ),
  ].join("\n");
}

/** A heading and a table for each action of the connector: for the connector's README. */
export function operationSections(definition: Definition): string {
  const placed = operationsOf(definition);
  const visible = placed.filter(({ operation }) => operation["x-ms-visibility"] !== "internal");
  const hidden = placed.filter(({ operation }) => operation["x-ms-visibility"] === "internal");
  const sections = visible.map((found) => {
    const { operation } = found;
    const inputs = inputRows(definition, operation.parameters);
    const outputs = outputRows(definition, outputOf(definition, found));
    return [
      `### ${operation.summary}`,
      `\`${operation.operationId}\`: ${operation.description}`,
      inputs.length === 0
        ? "Takes no input."
        : [row("Input", "Required", "Description"), row("---", "---", "---"), ...inputs].join("\n"),
      [row("Output", "Name", "Type", "Description"), row("---", "---", "---", "---"), ...outputs].join("\n"),
    ].join("\n\n");
  });
  const names = (found: readonly Placed[]) =>
    found.map(({ operation }) => `\`${operation.operationId}\``).join(", ");
  const results = hidden.filter(({ operation }) => operation.responses[202]);
  const ends = hidden.filter(({ method }) => method === "delete");
  const lookUps = names(hidden.filter((found) => !results.includes(found) && !ends.includes(found)));
  const fetched = results.length > 0 ? ` Results of waiting are fetched by ${names(results)}.` : "";
  const ended = ends.length > 0 ? ` Subscriptions of flows are ended by ${names(ends)}.` : "";
  return [...sections, `Out of sight, the dropdowns are filled by ${lookUps}.${fetched}${ended}`].join(
    "\n\n",
  );
}

function inputRows(definition: Definition, parameters: readonly Parameter[]): string[] {
  return parameters.flatMap((listed) => {
    const parameter = resolveParameter(definition, listed) ?? listed;
    if (parameter["x-ms-visibility"] === "internal") return [];
    if (!parameter.schema) {
      return [inputRow(parameter["x-ms-summary"], parameter.required === true, parameter.description)];
    }
    const body = resolveSchema(definition, parameter.schema) ?? {};
    return Object.entries(body.properties ?? {}).map(([name, listed]) => {
      const property = resolveSchema(definition, listed) ?? listed;
      return inputRow(property["x-ms-summary"], body.required?.includes(name) ?? false, property.description);
    });
  });
}

function inputRow(summary = "", required: boolean, description = ""): string {
  return row(summary, required ? "yes" : "no", description);
}

function outputRows(definition: Definition, answer: Schema, prefix = ""): string[] {
  const schema = resolveSchema(definition, answer) ?? {};
  return Object.entries(schema.properties ?? {}).flatMap(([name, listed]) => {
    const property = resolveSchema(definition, listed) ?? listed;
    const path = `${prefix}${name}`;
    const label = listed["x-ms-summary"] ?? property["x-ms-summary"] ?? "";
    const own = row(label, `\`${path}\``, typeName(definition, property), property.description ?? "");
    const inner = property.items ? outputRows(definition, property.items, `${path}[].`) : [];
    return [own, ...inner, ...(property.properties ? outputRows(definition, property, `${path}.`) : [])];
  });
}

function typeName(definition: Definition, { type, items = {} }: Schema): string {
  return type === "array" ? `list of ${(resolveSchema(definition, items) ?? items).type}s` : (type ?? "");
}
