import { slugTitle } from "./slugs.ts";

/** JSON Schema of one row of a report, as designers read it to offer columns by name. */
export interface RowSchema {
  type: "object";
  properties: Readonly<Record<string, ColumnSchema>>;
}

interface ColumnSchema {
  type: "string" | "number";
  title: string;
  description: string;
  "x-ms-summary": string;
}

/**
 * Describes a row by what was asked for alone: dimensions are text, metrics numbers. Adjust is not asked, so a designer
 * shows the columns also while it is away.
 */
export function rowSchema(dimensions: readonly string[], metrics: readonly string[]): RowSchema {
  const column = (slug: string, type: ColumnSchema["type"], kind: string): [string, ColumnSchema] => {
    const title = slugTitle(slug);
    return [slug, { type, title, description: `The ${kind} ${slug}.`, "x-ms-summary": title }];
  };
  return {
    type: "object",
    properties: Object.fromEntries([
      ...dimensions.map((slug) => column(slug, "string", "dimension")),
      ...metrics.map((slug) => column(slug, "number", "metric")),
    ]),
  };
}
