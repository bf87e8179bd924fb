/**
 * The relay inside the test's own process: the simulator, a vault folder with keys made for this run, the real
 * services and the real handlers. Only the Functions host is left out; tests that need it start it as a process.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import functions, { type HttpRequest, type HttpResponseInit } from "@azure/functions";
import { createWebhookGenerations } from "../../functions/app-store-connect/webhooks/generations.ts";
import { catalogue } from "../../functions/catalogue.ts";
import type { Configuration } from "../../functions/configuration.ts";
import type { Credentials } from "../../functions/credentials/index.ts";
import { createSubscriptionStore } from "../../functions/events/subscription-store.ts";
import { createEventStore } from "../../functions/events/table-store.ts";
import { createHandler } from "../../functions/http/handler.ts";
import { createJobStore } from "../../functions/jobs/table-store.ts";
import { type Operation, placeholders } from "../../functions/operation.ts";
import { type Runtime, systemRuntime } from "../../functions/runtime.ts";
import type { Services } from "../../functions/scope.ts";
import { createServices } from "../../functions/services.ts";
import { createPacer, type Pacer, type Payer } from "../../functions/upstream/budget.ts";
import { type Client, createClient } from "../../functions/upstream/client.ts";
import { startDeadline } from "../../functions/upstream/deadline.ts";
import type { OriginName } from "../../functions/upstream/origins.ts";
import { openConnections } from "../../functions/upstream/transport.ts";
import { createUpstream } from "../../functions/upstream/upstream.ts";
import {
  type DemoKeys,
  makeDemoKeys,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
  type VaultDocument,
} from "../../local/simulator/index.ts";
import { createMemoryStorage, type MemoryStorage } from "../../local/storage/memory.ts";
import { observe, sweep, watch } from "./canary.ts";

export interface RelayOptions {
  /** Clock, chance and sleep of the services; the simulator keeps real time unless `simulator.runtime` says so. */
  runtime?: Runtime;
  simulator?: Partial<SimulatorOptions>;
  /**
   * Lifts the simulator's rate limits until it is reset, and those that services publish, so that thousands of calls
   * are not paced.
   */
  unlimited?: boolean;
  /** Keys in place of fresh ones; what stands in `vault` is written into the folder. */
  demo?: DemoKeys;
  /** Other origins than the simulator's, such as a port that nobody listens on. */
  origins?: Partial<Record<OriginName, string>>;
  publicOrigin?: string;
  /** Settings of plans of prices; absent: the usual ones. */
  prices?: Partial<Configuration["prices"]>;
  /** Where jobs are kept; absent: nowhere. */
  storage?: Configuration["storage"];
  /** Storage in memory that jobs wait in, for tests that work them off on a clock of their own. */
  memory?: MemoryStorage;
  /** Wraps or replaces the transport. For claims that end at what is handed to it. */
  client?: Client;
  /** Roots that are trusted beside the simulator's, by their SHA-256. */
  appleRoots?: readonly string[];
  /** In place of the credentials of the vault folder: those of another vault. */
  credentials?: Credentials;
  /** Deadline of every call; a call's own goes before. */
  deadlineMs?: number;
}

/** A call of an operation, by the parts of its HTTP request. */
export interface CallFacts {
  /** Default: the operation's first one. */
  method?: string;
  /** Fields of a typed operation; each goes where the operation declares it. */
  input?: Readonly<Record<string, unknown>>;
  /** Route parameters as they stand in the URL, not encoded by anyone: `path` of a raw relay, above all. */
  params?: Readonly<Record<string, string>>;
  /** Query; text is taken as it stands. */
  query?: string | Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  /** Text and bytes are sent as they are, anything else as JSON. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  deadlineMs?: number;
  /** Origin of the request's own URL. */
  origin?: string;
}

/** `error` of an answer in the error shape. */
export interface ErrorBody {
  code: string;
  message: string;
  hint?: string;
  source: string;
  retryable: boolean;
  outcome: string;
  correlationId: string;
  details?: { field: string; message: string }[];
  upstream?: { status: number; code?: string; message?: string };
}

export interface Answer {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  bytes: Buffer;
  text: string;
  /** The body as JSON; undefined where it is not. */
  json: unknown;
  /** The error that the answer holds in our shape. */
  error: ErrorBody | undefined;
  /** The error that a streamed body broke with, after the status was sent. */
  broken: unknown;
}

export interface Relay {
  simulator: Simulator;
  services: Services;
  /** Keys of this run; the documents are those of the vault folder. */
  demo: DemoKeys;
  /** Folder that stands in for the vault. */
  vault: string;
  /** Lines that the handlers logged, oldest first. */
  log: string[];
  call(operationId: string, facts?: CallFacts): Promise<Answer>;
  /**
   * Runs an operation below its HTTP surface.
   *
   * @returns what it threw, as it was thrown; undefined when it succeeded.
   */
  thrownBy(operationId: string, facts?: CallFacts): Promise<unknown>;
  /** Adds or replaces a secret of the vault folder. */
  writeSecret(name: string, document: VaultDocument): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Text kept for the sweep after a test is looked through as soon as it is this long, and then forgotten. */
const keptText = 4_000_000;

/**
 * A pacer that knows no published rate: where the transport is replaced no service has one, and tens of thousands of
 * calls would take minutes.
 */
function withoutPublished(pacer: Pacer): Pacer {
  const own = (payer: Payer): Payer => ({ ...payer, published: undefined });
  return {
    ...pacer,
    take: (payer) => pacer.take(own(payer)),
    release: (payer) => pacer.release(own(payer)),
  };
}

export function findOperation(id: string): Operation {
  const found = catalogue.find((operation) => operation.id === id);
  if (!found) throw new Error(`There is no operation ${id}.`);
  return found;
}

/**
 * Starts the simulator and the services over it. Everything that calls answer and log is swept for the keys of the
 * run and for every token that reached the simulator.
 *
 * @example
 * await using relay = await startRelay();
 * relay.simulator.faults.add({ service: "appStoreConnect", fault: { kind: "status", status: 503 } });
 * const { status } = await relay.call("GetApp", { input: { appId: "1480000001" } });
 */
export async function startRelay(options: RelayOptions = {}): Promise<Relay> {
  const runtime = options.runtime ?? systemRuntime;
  const demo = options.demo ?? makeDemoKeys();
  const simulator = await startSimulator({ keys: demo.keys, ...options.simulator });
  if (options.unlimited) {
    Object.assign(simulator.world.appStoreConnect.limits, { hour: 1e6, minute: 1e6 });
    simulator.world.adjust.devices.erasuresPerMinute = 1e6;
  }
  const vault = await mkdtemp(path.join(tmpdir(), "relay-test-"));
  const writeSecret = async (name: string, document: VaultDocument) => {
    watch(`the secret ${name}`, document.value);
    // In one step, as everybody should who writes while others read.
    const draft = path.join(vault, `${name}.${randomUUID()}`);
    await writeFile(draft, JSON.stringify(document), { mode: 0o600 });
    await rename(draft, path.join(vault, `${name}.json`));
  };
  await Promise.all(Object.entries(demo.vault).map(([name, document]) => writeSecret(name, document)));
  const { urls } = simulator;
  const configuration: Configuration = {
    vault: { kind: "folder", path: vault },
    origins: {
      "app-store-connect": urls.appStoreConnect,
      "app-store-server": urls.appStoreServer,
      "app-store-server-sandbox": urls.appStoreServerSandbox,
      adjust: urls.adjust,
      "adjust-api": urls.adjust,
      "adjust-s2s": urls.adjust,
      "adjust-gdpr": urls.adjust,
      ...options.origins,
    },
    publicOrigin: options.publicOrigin,
    storage: options.storage,
    appleRoots: new Set([simulator.rootFingerprint, ...(options.appleRoots ?? [])]),
    interactiveShare: 15,
    events: { retentionDays: 90, backfillHours: 24, callbackHosts: ["127.0.0.1"] },
    prices: { maxItems: 10_000, maxChangePercent: undefined, ...options.prices },
  };
  const real = createServices(configuration, runtime);
  const { client, credentials } = options;
  const pacer =
    options.unlimited || client ? withoutPublished(createPacer(runtime, 15)) : createPacer(runtime, 15);
  const inMemory = (memory: MemoryStorage) => ({
    jobs: createJobStore(memory, runtime),
    events: createEventStore(memory, runtime, configuration.events.retentionDays),
    subscriptions: createSubscriptionStore(memory),
    webhookGenerations: createWebhookGenerations(memory, runtime),
  });
  const services: Services = {
    ...real,
    ...((client || options.unlimited) && {
      upstream: createUpstream({
        client: client ?? createClient(openConnections()),
        runtime,
        origins: configuration.origins,
        pacer,
      }),
    }),
    ...(credentials && { credentials }),
    // Jobs that are started here and events that come in wait in memory: tests of their work have a real account.
    ...(!options.storage && inMemory(options.memory ?? createMemoryStorage(runtime.now))),
  };

  const log: string[] = [];
  let written = "";
  const write = (text: string) => {
    written += `${text}\n`;
    if (written.length > keptText) sweep([{ label: "answers and log", text: takeWritten() }]);
  };
  const takeWritten = () => {
    const text = written;
    written = "";
    return text;
  };
  const watchedTokens = new Set<string>();
  let looked = 0;
  const watchTokens = () => {
    if (simulator.requests.length < looked) looked = 0;
    for (; looked < simulator.requests.length; looked += 1) {
      const token = /^Bearer (.{16,})$/.exec(simulator.requests[looked]?.headers.authorization ?? "")?.[1];
      if (token === undefined || watchedTokens.has(token)) continue;
      watchedTokens.add(token);
      watch("a token", token);
    }
  };
  const endObserving = observe("answers and log", () => {
    watchTokens();
    return takeWritten();
  });

  async function call(operationId: string, facts: CallFacts = {}): Promise<Answer> {
    const operation = findOperation(operationId);
    const deadlineMs = facts.deadlineMs ?? options.deadlineMs;
    const handler = createHandler(operation, {
      services,
      log: (line) => {
        log.push(line);
        write(line);
      },
      ...(deadlineMs !== undefined && { deadlineMs }),
    });
    const answer = await read(await handler(toRequest(operation, facts)));
    // The token that ends a subscription, or fetches a result, stands in the Location: that is what it is made for.
    const { location: _location, ...headers } = answer.headers;
    write(JSON.stringify(headers));
    write(answer.text);
    return answer;
  }

  async function thrownBy(operationId: string, facts: CallFacts = {}): Promise<unknown> {
    const operation = findOperation(operationId);
    const request = toRequest(operation, facts);
    const deadline = startDeadline(runtime, facts.deadlineMs ?? options.deadlineMs ?? 30_000);
    const { credential } = facts.input ?? {};
    const scope = {
      ...services,
      operationId,
      credentialName: typeof credential === "string" ? credential : undefined,
      correlationId: "0".repeat(32),
      deadline,
      origin: "http://relay.test",
    };
    try {
      if (operation.kind === "typed") await operation.run(facts.input ?? {}, scope);
      else {
        const { body } = await operation.run(
          {
            method: request.method,
            params: request.params,
            pathname: new URL(request.url).pathname,
            query: [...request.query],
            header: (name) => request.headers.get(name) ?? undefined,
            body: request.body ? Readable.from([Buffer.from(await request.arrayBuffer())]) : undefined,
            contentLength: undefined,
          },
          scope,
        );
        if (body instanceof Readable) for await (const _chunk of body);
      }
      return undefined;
    } catch (error) {
      return error;
    } finally {
      deadline.clear();
    }
  }

  const close = async () => {
    endObserving();
    await simulator.close();
    await rm(vault, { recursive: true, force: true });
  };
  return {
    simulator,
    services,
    demo,
    vault,
    log,
    call,
    thrownBy,
    writeSecret,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The request as the Functions library hands it to the handler. */
export function toRequest(operation: Operation, facts: CallFacts): HttpRequest {
  const { input = {}, origin = "http://relay.test" } = facts;
  const places = operation.kind === "typed" ? operation.places : {};
  const query: [string, string][] = [];
  const fields: Record<string, unknown> = {};
  const params: Record<string, string> = { ...facts.params };
  const segments: Record<string, string> = { ...facts.params };
  for (const [name, value] of Object.entries(input)) {
    if (places[name] === "path") {
      params[name] = String(value);
      segments[name] = encodeURIComponent(String(value).toWellFormed());
    } else if (places[name] === "query") query.push([name, String(value)]);
    else Object.defineProperty(fields, name, { value, enumerable: true });
  }
  const takesBody = Object.values(places).includes("body");
  const body = facts.body ?? (takesBody || Object.keys(fields).length > 0 ? fields : undefined);
  const text =
    typeof facts.query === "string"
      ? facts.query
      : new URLSearchParams([...entriesOf(facts.query), ...query]).toString();
  let route = operation.route;
  for (const name of placeholders(route)) {
    route = route.replace(new RegExp(`\\{\\*?${name}\\}`), () => segments[name] ?? "");
  }
  const contentType = body === undefined ? {} : { "content-type": "application/json" };
  return new functions.HttpRequest({
    method: facts.method ?? operation.methods[0] ?? "GET",
    url: `${origin}/api/${route}${text === "" ? "" : `?${text}`}`,
    headers: { ...contentType, ...facts.headers },
    params,
    ...(body !== undefined && { body: bodyOf(body) }),
  });
}

function entriesOf(query: Exclude<CallFacts["query"], string>): [string, string][] {
  if (query === undefined) return [];
  return isPairs(query) ? query.map(([name, value]) => [name, value]) : Object.entries(query);
}

function isPairs(
  query: Exclude<CallFacts["query"], string | undefined>,
): query is readonly (readonly [string, string])[] {
  return Array.isArray(query);
}

function bodyOf(body: unknown): { string: string } | { bytes: Uint8Array } {
  if (body instanceof Uint8Array) return { bytes: body };
  return { string: typeof body === "string" ? body : JSON.stringify(body) };
}

async function read(init: HttpResponseInit): Promise<Answer> {
  const chunks: Buffer[] = [];
  let broken: unknown;
  const { body } = init;
  if (typeof body === "string") chunks.push(Buffer.from(body));
  else if (body instanceof Uint8Array) chunks.push(Buffer.from(body));
  else if (body instanceof Readable) {
    try {
      for await (const chunk of body) chunks.push(Buffer.from(chunk));
    } catch (error) {
      broken = error;
    }
  } else if (body !== undefined && body !== null)
    throw new Error("The body has a form that tests do not know.");
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString("utf8");
  const json = parsed(text);
  return {
    status: init.status ?? 200,
    headers: Object.fromEntries([...new Headers(init.headers ?? {})].map(([name, value]) => [name, value])),
    bytes,
    text,
    json,
    error: errorOf(json),
    broken,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(json: unknown): ErrorBody | undefined {
  const error = typeof json === "object" && json !== null && "error" in json ? json.error : undefined;
  const ours = typeof error === "object" && error !== null && "correlationId" in error;
  // The one shape of ours; tests compare its members.
  return ours ? (error as unknown as ErrorBody) : undefined;
}
