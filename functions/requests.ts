import * as Type from "typebox";
import type { ChosenCredential, TokenAudience } from "./credentials/index.ts";
import { type ErrorDetail, invalidInput } from "./errors.ts";
import { anyJson, anything, choice, integer, text } from "./schema.ts";
import type { Scope } from "./scope.ts";
import { isJson, malformed, maxJsonBytes, parseJson, readBytes } from "./upstream/body.ts";
import type { Exchange } from "./upstream/client.ts";
import { callJson } from "./upstream/json-call.ts";
import type { OriginName } from "./upstream/origins.ts";
import { rawPath, rawPathForm, type UpstreamPath } from "./upstream/path.ts";
import type { ServicePaths } from "./upstream/service-paths.ts";

/** Inputs of the actions that send any request to a service. */
export const requestInput = {
  method: choice("Method", "HTTP method of the request.", ["GET", "POST", "PATCH", "PUT", "DELETE"], {
    anyCase: true,
    visibility: "important",
  }),
  path: text("Path", "Path of the request, without the host and without a query.", {
    visibility: "important",
  }),
  query: Type.Optional(
    anything("Query", "Query parameters of the request, each with its value or a list of values."),
  ),
  body: Type.Optional(anyJson("Body", "JSON body of the request, as the service documents it.")),
};

/** Output of those actions. */
export const requestOutput = Type.Object({
  status: integer("Status", "HTTP status that the service answered."),
  headers: anything("Headers", "Headers of the answer that matter to callers."),
  body: Type.Optional(
    anyJson("Body", "Body of the answer: JSON as it is, text as text, anything else as $content in base64."),
  ),
});

/** A request as the actions take it. */
export interface ServiceRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  path: string;
  query?: Readonly<Record<string, unknown>>;
  body?: unknown;
}

/** Who answers, with what credential. */
export interface ServiceTarget {
  origin: OriginName;
  credential: ChosenCredential;
  audience?: TokenAudience;
}

/** What the service answered with a status of 200 to 299. */
export interface ServiceAnswer {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
}

/** A request whose every part was looked at. */
export interface CheckedRequest extends ServiceRequest {
  upstreamPath: UpstreamPath;
  pairs: readonly (readonly [string, string])[];
}

/**
 * Checks what the schema of a request cannot say.
 *
 * @param allowed what a path of the service starts with.
 * @param further finds a problem that depends on the path.
 * @throws RelayError `invalid_input` with every problem.
 */
export function checkRequest(
  request: ServiceRequest,
  allowed: ServicePaths,
  further: (path: UpstreamPath) => ErrorDetail | undefined = () => undefined,
): CheckedRequest {
  const details: ErrorDetail[] = [];
  const sent = request.path;
  const below = sent.startsWith("/") ? sent.slice(1) : sent;
  const path = rawPath(below);
  if (sent.includes("?")) {
    details.push({
      field: "path",
      message: "must not hold a query: put its parameters into the field query.",
    });
  } else if (!path) details.push({ field: "path", message: rawPathForm });
  else if (!allowed.pattern.test(below)) {
    details.push({ field: "path", message: `must start with ${allowed.words}.` });
  } else {
    const problem = further(path);
    if (problem) details.push(problem);
  }
  const pairs = queryPairs(request.query ?? {}, details);
  if (pairs.reduce((length, [name, value]) => length + name.length + value.length, 0) > maxQueryLength) {
    details.push({ field: "query", message: "must not be longer than 8,000 characters." });
  }
  if (request.method === "GET" && request.body !== undefined) {
    details.push({ field: "body", message: "must be left out of a GET." });
  }
  if (details.length > 0 || !path) throw invalidInput(details);
  return { ...request, upstreamPath: path, pairs };
}

/** Servers take URLs of about this length, and 200 IDs of 36 characters fit in. */
const maxQueryLength = 8_000;

/** Query parameters in the order given; flows send `null` and `""` for those that were left empty. */
function queryPairs(query: Readonly<Record<string, unknown>>, details: ErrorDetail[]): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((item: unknown): [string, string][] => {
      if (item === null || item === "") return [];
      const isPlain = typeof item === "string" || typeof item === "number" || typeof item === "boolean";
      if (isPlain && String(item).isWellFormed() && name.isWellFormed()) return [[name, String(item)]];
      const message = "must be text, a number, true or false, or a list of those.";
      details.push({ field: `query.${name}`, message });
      return [];
    }),
  );
}

/** Sends a request of a maker's own. @throws RelayError for every status of 400 and above. */
export async function sendRequest(
  scope: Scope,
  { origin, credential, audience }: ServiceTarget,
  { method, body, upstreamPath, pairs }: CheckedRequest,
): Promise<ServiceAnswer> {
  const {
    status,
    headers,
    body: answer,
  } = await callJson(scope.upstream, scope.runtime.now, {
    origin,
    method,
    path: upstreamPath,
    query: pairs,
    credential,
    deadline: scope.deadline,
    accept: "application/json, */*;q=0.5",
    ...(audience && { audience }),
    ...(body !== undefined && { json: body }),
    read: (exchange) => readAnswer(exchange, scope.deadline.signal),
  });
  const kept = ["content-type", "x-rate-limit", "location"].flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { status, headers: Object.fromEntries(kept), ...(answer !== undefined && { body: answer }) };
}

async function readAnswer(exchange: Exchange, signal: AbortSignal): Promise<unknown> {
  const contentType = exchange.headers["content-type"];
  const bytes = await readBytes(exchange, maxJsonBytes, signal);
  if (bytes.length === 0) return undefined;
  if (isJson(contentType)) return parseJson(bytes).value;
  // None of the services answers with pages: this is a gateway or a maintenance page, whatever its status says.
  if (/^text\/html\b/i.test(contentType ?? "")) throw malformed("It is a web page.");
  if (/^text\//i.test(contentType ?? "")) return bytes.toString("utf8");
  // The form in which Logic Apps carries files from one action to the next.
  return { "$content-type": contentType ?? "application/octet-stream", $content: bytes.toString("base64") };
}
