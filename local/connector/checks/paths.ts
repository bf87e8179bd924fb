import { type Definition, operationsOf, type Parameter } from "../swagger.ts";
import { type Rules, repeated, unless } from "./check.ts";
import { parametersOf } from "./walk.ts";

/**
 * Paths of which one has a fixed word where the other takes any value, with the reason why no value is that word. The
 * routes are part of the HTTP contract and stay.
 */
const accepted = new Map([
  // IDs of subscriptions have 21 letters and digits.
  ["/api/event-subscriptions/app-store-server", "/api/event-subscriptions/{subscriptionId}"],
  ["/api/event-subscriptions/app-store-connect", "/api/event-subscriptions/{subscriptionId}"],
  ["/api/event-subscriptions/adjust", "/api/event-subscriptions/{subscriptionId}"],
  // Adjust's tokens have 9 or 12 characters.
  ["/api/adjust/apps/find", "/api/adjust/apps/{appToken}"],
  ["/api/adjust/apps/bulk", "/api/adjust/apps/{appToken}"],
]);

/** Paths, and the parameters that stand in them. */
export const pathRules: Rules = {
  OperationPathMustStartWithSlash: ({ definition }) =>
    Object.keys(definition.paths).flatMap((path) =>
      unless(path.startsWith("/"), `${path} must start with a slash.`),
    ),
  OperationPathMayNotContainQueryOrFragment: ({ definition }) =>
    Object.keys(definition.paths).flatMap((path) => unless(!/[?#]/.test(path), `${path} holds a query.`)),
  OperationPathContainsUnsupportedCharacters: ({ definition }) =>
    Object.keys(definition.paths).flatMap((path) => unless(!path.includes("*"), `${path} holds a *.`)),
  OperationPathTemplateNotValid: ({ definition }) =>
    Object.keys(definition.paths).flatMap((path) =>
      path
        .split("/")
        .filter((segment) => /[{}]/.test(segment) && !/^\{\w+\}$/.test(segment))
        .map((segment) => `${path}: ${segment} must be one placeholder.`),
    ),
  PathRedefined: ({ definition }) =>
    repeated(Object.keys(definition.paths).map((path) => path.toLowerCase())).map(
      (path) => `${path} is there in two spellings.`,
    ),
  DuplicateOperationPath: ({ definition }) =>
    repeated(Object.keys(definition.paths).map((path) => path.replace(/\{\w+\}/g, "{}"))).map(
      (path) => `${path} is there under two names of its placeholders.`,
    ),
  PartialDuplicateOperationPath: ({ definition }) => {
    const paths = Object.keys(definition.paths);
    return paths.flatMap((fixed) =>
      paths
        .filter((open) => open !== fixed && covers(open, fixed) && accepted.get(fixed) !== open)
        .map((open) => `a value in ${open} could be read as ${fixed}.`),
    );
  },
  OperationMissingPathParameter: ({ definition }) =>
    inPaths(definition, (path, own) =>
      placeholders(path)
        .filter((name) => !own.some((parameter) => parameter.name === name))
        .map((name) => `${name} is not defined.`),
    ),
  PathParameterNotDefinedInTemplate: ({ definition }) =>
    inPaths(definition, (path, own) =>
      own
        .filter(({ name = "" }) => !placeholders(path).includes(name))
        .map(({ name }) => `${name} does not stand in the path.`),
    ),
  PathParameterMustBeRequired: ({ definition }) =>
    inPaths(definition, (_path, own) =>
      own.filter(({ required }) => required !== true).map(({ name }) => `${name} must be required.`),
    ),
  PathParameterMissingEncoding: ({ definition }) =>
    inPaths(definition, (_path, own) =>
      own
        .filter((parameter) => parameter["x-ms-url-encoding"] !== "single")
        .map(({ name }) => `${name} needs x-ms-url-encoding single.`),
    ),
};

function placeholders(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}

/** Whether a path with placeholders also matches another one that has a fixed word in their place. */
function covers(open: string, fixed: string): boolean {
  const [a, b] = [open.split("/"), fixed.split("/")];
  const isOpen = (segment: string) => segment.startsWith("{");
  return (
    a.length === b.length &&
    a.every((segment, index) => segment === b[index] || isOpen(segment)) &&
    a.some((segment, index) => isOpen(segment) && !isOpen(b[index] ?? ""))
  );
}

function inPaths(definition: Definition, check: (path: string, own: Parameter[]) => string[]): string[] {
  return operationsOf(definition).flatMap(({ path, operation }) =>
    check(
      path,
      parametersOf(definition, operation.parameters).filter((parameter) => parameter.in === "path"),
    ).map((text) => `${operation.operationId}: ${text}`),
  );
}
