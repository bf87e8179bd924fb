import { isObject } from "../../json.ts";
import { malformed } from "../../upstream/body.ts";
import { failureError } from "../../upstream/refusal.ts";
import { type Environment, environmentOrigins } from "../environment.ts";

/**
 * The objects of a list of Apple's. An answer without the list is one of nothing: fields are left out where they are empty.
 *
 * @throws RelayError `bad_upstream_response` for what is no list of objects.
 */
export function itemsOf(
  body: Readonly<Record<string, unknown>>,
  name: string,
  environment: Environment,
): Readonly<Record<string, unknown>>[] {
  const { [name]: items = [] } = body;
  if (Array.isArray(items) && items.every(isObject)) return items;
  throw failureError(
    { origin: environmentOrigins[environment], method: "GET" },
    malformed("It has no list of objects."),
  );
}
