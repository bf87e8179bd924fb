/** One segment of a route template. */
type Segment =
  | { kind: "literal"; text: string }
  | { kind: "parameter"; name: string; optional: boolean }
  | { kind: "rest"; name: string };

/** A parsed route template with the methods that it serves. */
export interface Route {
  /** Name of the function. */
  name: string;
  methods: readonly string[];
  /** As declared, without slashes at its ends. */
  template: string;
  segments: readonly Segment[];
}

/** What a request path holds for a route's parameters. Absent: an optional or catch-all parameter without a value. */
export interface RouteMatch {
  route: Route;
  params: Record<string, string>;
}

const parameterForm = /^\{(\*{0,2})([A-Za-z_][A-Za-z0-9_]*)(\??)\}$/;

function parseSegment(text: string): Segment | undefined {
  if (!/[{}]/.test(text)) {
    return { kind: "literal", text };
  }
  const [, stars, name, optional] = parameterForm.exec(text) ?? [];
  if (name === undefined) {
    return undefined;
  }
  if (stars) {
    return optional ? undefined : { kind: "rest", name };
  }
  return { kind: "parameter", name, optional: optional === "?" };
}

/**
 * Parses a route template: literal segments, `{name}`, `{name?}` at the end, `{*name}` at the end.
 *
 * @throws Error when the template uses more than that (constraints, defaults, several parameters in a segment) or lies
 *   where the Functions host has routes of its own.
 */
export function parseRoute(name: string, template: string, methods: readonly string[]): Route {
  const trimmed = template.replace(/^\/+|\/+$/g, "");
  if (/^(admin|runtime)/i.test(trimmed)) {
    throw new Error(
      `The route "${trimmed}" of ${name} begins with admin or runtime, which the Functions host keeps for itself.`,
    );
  }
  const texts = trimmed.split("/");
  const segments = texts.map((text, index) => {
    const segment = parseSegment(text);
    const last = index === texts.length - 1;
    if (
      segment === undefined ||
      text === "" ||
      (!last && (segment.kind === "rest" || (segment.kind === "parameter" && segment.optional)))
    ) {
      throw new Error(
        `The route "${trimmed}" of ${name} cannot be served: a segment is text, {name}, or at the end {name?} or {*name}.`,
      );
    }
    return segment;
  });
  return { name, methods: methods.map((method) => method.toUpperCase()), template: trimmed, segments };
}

/** The rank of a segment at one place, lower is more specific: the end, literal, parameter, optional, catch-all. */
function rank(segment: Segment | undefined): number {
  if (segment === undefined) {
    return -1;
  }
  if (segment.kind === "parameter") {
    return segment.optional ? 2 : 1;
  }
  return segment.kind === "literal" ? 0 : 3;
}

function moreSpecificFirst(a: Route, b: Route): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index++) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

/** Whether some path is matched by both. */
function overlap(a: readonly Segment[], b: readonly Segment[]): boolean {
  const [first, ...restOfA] = a;
  const [second, ...restOfB] = b;
  if (first === undefined || second === undefined) {
    const left = first ?? second;
    return left === undefined || rank(left) >= 2;
  }
  if (first.kind === "rest" || second.kind === "rest") {
    // Enough for templates whose catch-all is last: what stands before it has matched.
    return true;
  }
  const same =
    first.kind !== "literal" ||
    second.kind !== "literal" ||
    first.text.toLowerCase() === second.text.toLowerCase();
  return same && overlap(restOfA, restOfB);
}

/** Order of the Functions host: by name without regard to case, on code units. */
function byName(a: Route, b: Route): number {
  const [left, right] = [a.name.toUpperCase(), b.name.toUpperCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * Brings routes into the order in which they are tried, the more specific one first.
 *
 * The Functions host knows no such order: it takes the first match by function name. So that this host and Azure
 * answer alike, two routes that can both match a request must stand in the same order by name.
 *
 * @throws Error naming the first two functions that share a route and a method, or whose names are in the wrong order.
 */
export function orderRoutes(routes: readonly Route[]): Route[] {
  for (const [index, a] of routes.entries()) {
    for (const b of routes.slice(index + 1)) {
      if (!a.methods.some((method) => b.methods.includes(method)) || !overlap(a.segments, b.segments)) {
        continue;
      }
      const order = moreSpecificFirst(a, b);
      if (order === 0) {
        throw new Error(
          `${a.name} and ${b.name} serve the same requests: "${a.template}" and "${b.template}" share a method. Change one route or its methods.`,
        );
      }
      if (Math.sign(order) !== byName(a, b)) {
        const [specific, general] = order < 0 ? [a, b] : [b, a];
        throw new Error(
          `In Azure, ${general.name} ("${general.template}") would answer requests meant for ${specific.name} ("${specific.template}"): the Functions host takes the first match by function name. Rename one, so that ${specific.name} sorts first.`,
        );
      }
    }
  }
  return [...routes].sort(moreSpecificFirst);
}

/**
 * Percent-decodes once, as Kestrel does: an encoded slash stays encoded, so does what is not valid UTF-8 or not an
 * escape at all.
 */
function decodeOnce(text: string): string {
  return text.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function matchRoute(route: Route, path: string): Record<string, string> | undefined {
  const sent = path.split("/");
  // One slash at the end means nothing, except to a catch-all. An empty segment before that matches nothing.
  const parts = sent.at(-1) === "" ? sent.slice(0, -1) : sent;
  const params: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    if (segment.kind === "rest") {
      const rest = sent.slice(index).join("/");
      return rest === "" ? params : { ...params, [segment.name]: rest };
    }
    const part = parts[index];
    if (part === undefined) {
      return segment.kind === "parameter" && segment.optional ? params : undefined;
    }
    if (
      part === "" ||
      (segment.kind === "literal" && segment.text.toLowerCase() !== decodeOnce(part).toLowerCase())
    ) {
      return undefined;
    }
    if (segment.kind === "parameter") {
      params[segment.name] = decodeOnce(part);
    }
  }
  return parts.length > route.segments.length ? undefined : params;
}

/**
 * The route that serves a request, or undefined: a path that exists under another method only is unknown too, since
 * the method is part of the route in the Functions host.
 *
 * @param ordered routes as `orderRoutes` gives them.
 * @param path what follows the route prefix, still percent-encoded, without the slash before it.
 */
export function findRoute(ordered: readonly Route[], method: string, path: string): RouteMatch | undefined {
  for (const route of ordered) {
    const params = route.methods.includes(method) ? matchRoute(route, path) : undefined;
    if (params !== undefined) {
      return { route, params };
    }
  }
  return undefined;
}
