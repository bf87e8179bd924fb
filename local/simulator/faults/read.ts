import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { serviceNames } from "../core/service-name.ts";
import type { Fault, ScriptedFault } from "./fault.ts";

type Check = (value: Json | undefined) => boolean;

const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const string: Check = (value) => typeof value === "string";
const boolean: Check = (value) => typeof value === "boolean";
const object: Check = isJsonObject;
const any: Check = (value) => value !== undefined;
const strings: Check = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");
const stringValues: Check = (value) =>
  isJsonObject(value) && Object.values(value).every((item) => string(item));

function oneOf(...values: readonly Json[]): Check {
  return (value) => values.some((known) => known === value);
}

const status: Check = (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 200 && value <= 599;
const retryAfter: Check = (value) => {
  if (!isJsonObject(value)) return false;
  const [name = "", ...rest] = Object.keys(value);
  if (rest.length > 0) return false;
  return name === "raw"
    ? string(value.raw)
    : oneOf("seconds", "httpDate", "unixMilliseconds")(name) && number(value[name]);
};
const place = oneOf("before-headers", "after-headers", "mid-body");
const nextLink: Check = (value) =>
  oneOf("other-host", "userinfo", "other-route", "self-loop")(value) ||
  (isJsonObject(value) && string(value.url));

/** Members of every kind of fault; those with a bang are required. */
const kinds: Readonly<Record<Fault["kind"], Readonly<Record<string, Check>>>> = {
  status: { "status!": status, headers: stringValues, body: any, retryAfter, apply: boolean },
  redirect: { "status!": status, "location!": string, apply: boolean },
  html: { apply: boolean },
  empty: { apply: boolean },
  "no-content": { apply: boolean },
  reset: { "at!": place, apply: boolean },
  "applied-then-lost": {},
  stall: { "at!": place, apply: boolean },
  drip: { intervalMs: number },
  truncated: { "contentLength!": oneOf("right", "wrong") },
  "gzip-bomb": { "variant!": oneOf("ratio", "nested", "truncated"), expandsTo: number },
  oversized: { bytes: number, contentLength: boolean },
  delay: { "ms!": number },
  clock: { "offsetMs!": number },
  "content-type": { "value!": string },
  "next-link": { "to!": nextLink },
  fields: { add: object, remove: strings, replace: object, idsAsNumbers: boolean },
};

function isKind(kind: Json | undefined): kind is Fault["kind"] {
  return typeof kind === "string" && Object.hasOwn(kinds, kind);
}

function problem(value: JsonObject, members: Readonly<Record<string, Check>>): string | undefined {
  const checks = new Map(Object.entries(members).map(([name, check]) => [name.replace("!", ""), check]));
  for (const name of Object.keys(value)) {
    const check = checks.get(name);
    if (check === undefined) return `${name} is not known here.`;
    if (!check(value[name])) return `${name} is invalid.`;
  }
  const missing = Object.keys(members).find(
    (name) => name.endsWith("!") && value[name.slice(0, -1)] === undefined,
  );
  return missing === undefined ? undefined : `${missing.slice(0, -1)} is required.`;
}

/** A fault from JSON, or a sentence that says what is wrong with it. `times: "always"` stands for all requests. */
export function readScriptedFault(value: Json | undefined): ScriptedFault | string {
  if (!isJsonObject(value)) return "The body must be a JSON object.";
  const wrong = problem(value, {
    service: oneOf(...serviceNames),
    method: string,
    path: string,
    skip: number,
    times: (times) => times === "always" || number(times),
    "fault!": object,
  });
  if (wrong !== undefined) return wrong;
  const { times, fault, ...target } = value;
  if (!isJsonObject(fault) || !isKind(fault.kind))
    return `fault.kind must be one of ${Object.keys(kinds).join(", ")}.`;
  const { kind, ...members } = fault;
  const wrongFault = problem(members, kinds[kind]);
  if (wrongFault !== undefined) return `fault: ${wrongFault}`;
  // Every member was checked against the kind's own list above.
  const count = times === undefined ? {} : { times: times === "always" ? Number.POSITIVE_INFINITY : times };
  return { ...target, ...count, fault } as unknown as ScriptedFault;
}
