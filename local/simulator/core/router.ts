import type { Call } from "./call.ts";
import type { Reply } from "./reply.ts";

/** Values of the `{name}` segments of a route's path. */
export type PathParameters = Readonly<Record<string, string>>;

export type Handler<Caller> = (call: Call, parameters: PathParameters, caller: Caller) => Reply;

export interface Route<Caller> {
  method: string;
  /** Template such as `/v1/apps/{id}`. Matching is exact: case counts, and so does a trailing slash. */
  path: string;
  handle: Handler<Caller>;
}

export type RouteMatch<Caller> =
  | { kind: "route"; route: Route<Caller>; parameters: PathParameters }
  | { kind: "other-method"; methods: readonly string[] }
  | { kind: "none" };

interface CompiledRoute<Caller> {
  route: Route<Caller>;
  segments: readonly string[];
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function matchSegments(template: readonly string[], segments: readonly string[]): PathParameters | undefined {
  if (template.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const sent = segments[index] ?? "";
    if (!expected.startsWith("{")) {
      if (sent !== expected) return undefined;
      continue;
    }
    const value = decodeSegment(sent);
    if (value === undefined || value === "") return undefined;
    parameters[expected.slice(1, -1)] = value;
  }
  return parameters;
}

/**
 * Finds the route of a raw path. Literal segments win over parameters when they are listed first, as in
 * `/app/list` before `/app/{token}`.
 */
export function createRouter<Caller>(
  routes: readonly Route<Caller>[],
): (method: string, path: string) => RouteMatch<Caller> {
  const compiled: CompiledRoute<Caller>[] = routes.map((route) => ({
    route,
    segments: route.path.split("/"),
  }));
  return (method, path) => {
    const segments = path.split("/");
    const methods: string[] = [];
    for (const { route, segments: template } of compiled) {
      const parameters = matchSegments(template, segments);
      if (parameters === undefined) continue;
      if (route.method === method) return { kind: "route", route, parameters };
      methods.push(route.method);
    }
    return methods.length > 0 ? { kind: "other-method", methods } : { kind: "none" };
  };
}
