import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { Accepted } from "../accepted.ts";
import { Created } from "../created.ts";
import { type ErrorDetail, invalidInput, RelayError } from "../errors.ts";
import { checkInput } from "../input.ts";
import { logLine } from "../log.ts";
import { type Operation, placeholders, type RawOperation, type TypedOperation } from "../operation.ts";
import type { OperationEntry } from "../operation-entry.ts";
import type { Scope, Services } from "../scope.ts";
import { startDeadline } from "../upstream/deadline.ts";
import {
  acceptedAnswer,
  type CallKind,
  createdAnswer,
  errorAnswer,
  jsonAnswer,
  toRelayError,
} from "./answer.ts";
import { pacedBody } from "./callers.ts";
import { correlationId } from "./correlation.ts";
import { callerQuery, queryFields } from "./query.ts";
import { declaredLength, isCsv, readCsvBody, readJsonBody } from "./request-body.ts";

/** Every synchronous operation ends within 100 s of reaching the handler (design); 5 s are left for the answer. */
export const operationDeadlineMs = 95_000;

/** What handlers are made with: the services, or the sentence that says what is wrong with the settings. */
export interface HandlerFacts {
  services: Services | { sentence: string };
  /** Takes one line of JSON a call. */
  log(line: string): void;
  /** Shorter in tests. */
  deadlineMs?: number;
  /** Where the answer goes out; absent or undefined where nobody knows, as in tests without a host. */
  response?(): ServerResponse | undefined;
}

/** An HTTP handler as the Functions library takes it. */
export type Handler = (request: HttpRequest) => Promise<HttpResponseInit>;

/** The handler of an operation that is loaded with its first call. What cannot be loaded has not been begun either. */
export function createLazyHandler({ id: operation, load }: OperationEntry, facts: HandlerFacts): Handler {
  return async (request) => {
    let loaded: Operation;
    try {
      loaded = await load();
    } catch (thrown) {
      const id = correlationId(request.headers.get("traceparent"));
      const failure = toRelayError(thrown, "read");
      const fault = describeFault(thrown, facts.services);
      facts.log(logLine({ operation, correlationId: id, status: failure.status, code: failure.code, fault }));
      return errorAnswer(id, failure, false);
    }
    return createHandler(loaded, facts)(request);
  };
}

/** The handler of an operation: the only code that sees HTTP objects of the Functions library. */
export function createHandler(operation: Operation, facts: HandlerFacts): Handler {
  const { services } = facts;
  return async (request) => {
    const id = correlationId(request.headers.get("traceparent"));
    const raw = operation.kind === "raw";
    const start = performance.now();
    let answer: HttpResponseInit;
    let failure: RelayError | undefined;
    let fault: string | undefined;
    try {
      if ("sentence" in services) throw notConfigured(services.sentence);
      const deadline = startDeadline(services.runtime, facts.deadlineMs ?? operationDeadlineMs);
      const scope: Scope = {
        ...services,
        operationId: operation.id,
        credentialName: undefined,
        correlationId: id,
        deadline,
        origin: services.configuration.publicOrigin ?? new URL(request.url).origin,
      };
      try {
        answer = raw
          ? await runRaw(operation, request, scope, facts)
          : await runTyped(operation, request, scope);
      } finally {
        // A streamed body is still on its way: its own end clears the deadline then.
        if (!raw) deadline.clear();
      }
    } catch (thrown) {
      if (!(thrown instanceof RelayError)) fault = describeFault(thrown, services);
      failure = toRelayError(thrown, callKind(operation, request.method));
      answer = errorAnswer(id, failure, raw);
    }
    facts.log(
      logLine({
        operation: operation.id,
        correlationId: id,
        status: answer.status ?? 200,
        code: failure?.code,
        outcome: failure?.outcome === "unknown" ? "unknown" : undefined,
        fault,
        ms: Math.round(performance.now() - start),
      }),
    );
    return answer;
  };
}

async function runTyped(
  operation: TypedOperation,
  request: HttpRequest,
  scope: Scope,
): Promise<HttpResponseInit> {
  const problems: ErrorDetail[] = [];
  const takesBody = Object.values(operation.places).includes("body");
  // Fields that have no place in a body of CSV come in the query.
  const csvField = isCsv(request) ? operation.csvBody : undefined;
  const placeOf = (name: string) => {
    const place = Object.hasOwn(operation.places, name) ? operation.places[name] : undefined;
    return csvField !== undefined && place === "body" && name !== csvField ? "query" : place;
  };
  const given: Record<string, unknown> = {};
  const put = (fields: Readonly<Record<string, unknown>>, place: string, where: string) => {
    for (const [name, value] of Object.entries(fields)) {
      const expected = placeOf(name);
      if (expected !== undefined && expected !== place) {
        problems.push({ field: name, message: `belongs into the ${expected}, not into the ${where}.` });
      } else {
        // A name that nobody knows may come in both places: it must be told as unknown, not end in a TypeError.
        Object.defineProperty(given, name, { value, enumerable: true, configurable: true });
      }
    }
  };
  for (const name of placeholders(operation.route)) given[name] = request.params[name] ?? "";
  put(queryFields(callerQuery(request.query), problems), "query", "query");
  if (csvField !== undefined) {
    put({ [csvField]: await readCsvBody(request, scope.deadline) }, "body", "body");
  } else if (takesBody) {
    put(await readJsonBody(request, scope.deadline, operation.csvBody !== undefined), "body", "body");
  }
  const checked = checkInput(operation.input, given);
  const all = [...problems, ...checked.problems];
  if (all.length > 0) throw invalidInput(all);
  const fields = checked.value as Readonly<Record<string, unknown>>;
  const named = fields.credential;
  const output = await operation.run(fields, {
    ...scope,
    credentialName: typeof named === "string" ? named : undefined,
  });
  if (output instanceof Created) return createdAnswer(scope.correlationId, output);
  return output instanceof Accepted
    ? acceptedAnswer(scope.correlationId, output)
    : jsonAnswer(scope.correlationId, output);
}

function callKind(operation: Operation, method: string): CallKind {
  if (operation.kind === "raw") return method === "GET" ? "read" : "raw-write";
  return operation.safe ? "read" : "write";
}

async function runRaw(
  operation: RawOperation,
  request: HttpRequest,
  scope: Scope,
  facts: HandlerFacts,
): Promise<HttpResponseInit> {
  const url = new URL(request.url);
  const { deadline } = scope;
  try {
    const { status, headers, body } = await operation.run(
      {
        method: request.method,
        params: request.params,
        pathname: url.pathname,
        query: callerQuery(request.query),
        header: (name) => request.headers.get(name) ?? undefined,
        body: request.body ? Readable.fromWeb(request.body as ReadableStream<Uint8Array>) : undefined,
        contentLength: declaredLength(request),
      },
      scope,
    );
    if (body instanceof Readable) body.once("close", () => deadline.clear());
    else deadline.clear();
    const response = body instanceof Readable ? facts.response?.() : undefined;
    const paced = body instanceof Readable && response ? pacedBody(body, response) : body;
    return {
      status,
      headers: { ...headers, "x-correlation-id": scope.correlationId },
      // The Functions library hands it to `new Response`, which takes any asynchronous iterable of bytes.
      ...(paced !== undefined && { body: paced as HttpResponseInit["body"] & {} }),
    };
  } catch (thrown) {
    deadline.clear();
    throw thrown;
  }
}

/** The answer of every function while the settings are wrong. */
export function notConfigured(sentence: string): RelayError {
  return new RelayError("not_configured", {
    message: sentence,
    hint: "An administrator of the function app has to change its settings.",
  });
}

/** Where something unforeseen happened: name and places in our code, and its text without secrets. */
export function describeFault(cause: unknown, services: HandlerFacts["services"]): string {
  if (!(cause instanceof Error) || "sentence" in services) return "unknown";
  const places = (cause.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  const message = services.credentials.redact(cause.message).slice(0, 200);
  return `${cause.name}: ${message} ${places.slice(0, 3).join(" ")}`;
}
