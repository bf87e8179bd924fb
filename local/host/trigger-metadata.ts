import type { TypedData } from "./core.ts";

/** Headers that the Functions host's front end sets itself, so that a caller's own must not get through. */
const frontEndHeader = /^(x-forwarded-.*|x-ms-client-principal.*|x-ms-invocation-id)$/;

/** The caller's headers as a function sees them: names in lower case, repeated ones joined with a comma. */
export function callerHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = rawHeaders[index + 1] ?? "";
    if (!frontEndHeader.test(name)) {
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : `${before},${value}`);
    }
  }
  return Object.fromEntries(headers);
}

/**
 * The trigger metadata of an HTTP request in the Functions host's form, from which the library takes `headers` and
 * `params`: one string a parameter, and the collections `Headers` and `Query` as JSON.
 *
 * Three things of the host's that one would not expect, and that handlers must survive:
 * - query parameters (all but `code`) stand beside the route parameters, so that `params` holds them too;
 * - names are one whatever their case. A query parameter called like a route parameter does not change its value, but
 *   its spelling stays: `/apps/1?APPID=2` gives `params.APPID === "1"` and no `params.appId`;
 * - a parameter called `Headers` takes the place of the collection, so that a function sees no headers, or those that
 *   the caller wrote into the query as JSON.
 */
export function httpTriggerMetadata(
  headers: Readonly<Record<string, string>>,
  query: URLSearchParams,
  params: Readonly<Record<string, string>>,
): Record<string, TypedData> {
  const values = new Map<string, { name: string; value: string }>();
  const set = (name: string, value: string) => {
    const key = name.toLowerCase();
    values.set(key, { name: values.get(key)?.name ?? name, value });
  };
  for (const [name, value] of query) {
    set(name, value);
  }
  const queryValues = Object.fromEntries([...values.values()].map(({ name, value }) => [name, value]));
  values.delete("code");
  for (const [name, value] of Object.entries(params)) {
    set(name, value);
  }
  const metadata: [string, TypedData][] = [...values.values()].map(({ name, value }) => [
    name,
    { string: value },
  ]);
  if (!values.has("query")) {
    metadata.push(["Query", { json: JSON.stringify(queryValues) }]);
  }
  if (!values.has("headers")) {
    metadata.push(["Headers", { json: JSON.stringify(headers) }]);
  }
  return Object.fromEntries(metadata);
}
