import type { Static, TObject } from "typebox";

/**
 * A service's object as the declared output: declared fields have their declared type or are absent, fields that are
 * not declared pass as they are. So a new field of a service reaches flows at once, a missing one breaks nothing, and
 * an ID that comes as a number is text as everywhere else. `null` counts as absent.
 */
export function conform<Schema extends TObject>(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
): Static<Schema> {
  const result: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const type = property && "type" in property ? property.type : undefined;
    const kept = property ? typed(type, given) : given;
    if (kept !== undefined) {
      Object.defineProperty(result, name, {
        value: kept,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }
  // What is declared and not optional is what the caller of this function has put there: the id, above all.
  return result as Static<Schema>;
}

function typed(type: unknown, given: unknown): unknown {
  if (given === null || given === undefined) return undefined;
  switch (type) {
    case "string":
      if (typeof given === "number" || typeof given === "boolean") return String(given);
      return typeof given === "string" ? given : undefined;
    case "integer":
    case "number":
      if (typeof given === "string" && /^-?\d{1,15}(\.\d{1,15})?$/.test(given)) return Number(given);
      return typeof given === "number" ? given : undefined;
    case "boolean":
      return typeof given === "boolean" ? given : undefined;
    case "array":
      return Array.isArray(given) ? given : undefined;
    case "object":
      return typeof given === "object" && !Array.isArray(given) ? given : undefined;
    default:
      return given;
  }
}
