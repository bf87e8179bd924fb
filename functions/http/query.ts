import type { ErrorDetail } from "../errors.ts";

/** Query parameters that the Functions host reads; never ours, never passed on. */
const hostParameters = new Set(["code", "clientId"]);

/** The caller's query without the host's parameters, in order. */
export function callerQuery(query: URLSearchParams): [string, string][] {
  return [...query].filter(([name]) => !hostParameters.has(name));
}

/** The query as fields. A parameter given twice is a problem: taking either would be a guess. */
export function queryFields(
  query: readonly (readonly [string, string])[],
  problems: ErrorDetail[],
): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of query) {
    if (Object.hasOwn(fields, name)) {
      problems.push({
        field: name,
        message: "is given more than once: send it once, with commas between values where it takes several.",
      });
    } else Object.defineProperty(fields, name, { value, enumerable: true });
  }
  return fields;
}
