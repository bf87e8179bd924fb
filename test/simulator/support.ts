import { type IncomingHttpHeaders, request } from "node:http";
import { importPKCS8, type JWTPayload, SignJWT } from "jose";
import type { Runtime } from "../../functions/runtime.ts";
import {
  type DemoKeys,
  makeDemoKeys,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../local/simulator/index.ts";

export interface TestBench {
  simulator: Simulator;
  demo: DemoKeys;
  /** Tokens that each service accepts. */
  tokens: { team: string; individual: string; purchase(bundleId: string): Promise<string>; adjust: string };
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a token says, before a test bends it. */
export interface TokenFacts {
  pem: string;
  kid: string;
  claims: JWTPayload;
  header?: Record<string, string>;
}

export async function mint({ pem, kid, claims, header }: TokenFacts): Promise<string> {
  const key = await importPKCS8(pem, "ES256");
  return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid, typ: "JWT", ...header }).sign(key);
}

/** Seconds since the epoch by the test's clock. */
export function seconds(now = Date.now()): number {
  return Math.floor(now / 1000);
}

export function teamFacts(demo: DemoKeys, now = Date.now()): TokenFacts {
  const { value, tags } = vaultDocument(demo, "demo-team");
  const iat = seconds(now) - 30;
  return {
    pem: value,
    kid: tags["key-id"] ?? "",
    claims: { iss: tags["issuer-id"] ?? "", iat, exp: iat + 900, aud: "appstoreconnect-v1" },
  };
}

export function individualFacts(demo: DemoKeys, now = Date.now()): TokenFacts {
  const { value, tags } = vaultDocument(demo, "demo-individual");
  const iat = seconds(now) - 30;
  const claims = { sub: "user", iat, exp: iat + 900, aud: "appstoreconnect-v1" };
  return { pem: value, kid: tags["key-id"] ?? "", claims };
}

export function purchaseFacts(demo: DemoKeys, bundleId: string, now = Date.now()): TokenFacts {
  const { value, tags } = vaultDocument(demo, "demo-in-app-purchase");
  const iat = seconds(now) - 30;
  const claims = {
    iss: tags["issuer-id"] ?? "",
    iat,
    exp: iat + 900,
    aud: "appstoreconnect-v1",
    bid: bundleId,
  };
  return { pem: value, kid: tags["key-id"] ?? "", claims };
}

function vaultDocument(demo: DemoKeys, name: string) {
  const document = demo.vault[name];
  if (document === undefined) throw new Error(`no demo secret ${name}`);
  return document;
}

/** A simulator with demo keys and a token for each service; `await using` closes it. */
export async function startBench(options: Partial<SimulatorOptions> = {}): Promise<TestBench> {
  const demo = makeDemoKeys();
  const simulator = await startSimulator({ keys: demo.keys, ...options });
  const now = options.runtime?.now() ?? Date.now();
  return {
    simulator,
    demo,
    tokens: {
      team: await mint(teamFacts(demo, now)),
      individual: await mint(individualFacts(demo, now)),
      purchase: (bundleId) => mint(purchaseFacts(demo, bundleId, now)),
      adjust: vaultDocument(demo, "demo-adjust").value,
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

/** GET with a bearer token; the connection is not kept, so that servers close at once. */
export function get(url: string, token: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    redirect: "manual",
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });
}

/** A JSON body with another method. */
export function send(method: string, url: string, token: string, body: unknown): Promise<Response> {
  return get(url, token, {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
}

export interface RawAnswer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  rawHeaders: readonly string[];
  body: Buffer;
  /** Code of the error that ended the exchange early (`ECONNRESET`), or `aborted`. */
  error: string | undefined;
}

/** A request whose target is sent as it is, by node:http; never rejects, so that broken answers can be looked at. */
export function raw(
  origin: string,
  target: string,
  options: { token?: string; method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  // node:http frames the body of a DELETE only when it is told the length.
  const length =
    options.body === undefined ? {} : { "content-length": String(Buffer.byteLength(options.body)) };
  const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  return new Promise((resolve) => {
    const answer: RawAnswer = {
      status: undefined,
      headers: {},
      rawHeaders: [],
      body: Buffer.alloc(0),
      error: undefined,
    };
    const fail = (error: NodeJS.ErrnoException) => resolve({ ...answer, error: error.code ?? error.message });
    const outgoing = request(
      {
        hostname,
        port,
        path: target,
        method: options.method ?? "GET",
        headers: { ...authorization, ...length, ...options.headers },
        agent: false,
      },
      (incoming) => {
        answer.status = incoming.statusCode;
        answer.headers = incoming.headers;
        answer.rawHeaders = incoming.rawHeaders;
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => {
          parts.push(part);
          answer.body = Buffer.concat(parts);
        });
        incoming.on("end", () => resolve(answer));
        incoming.on("error", fail);
      },
    );
    outgoing.on("error", fail);
    outgoing.end(options.body);
  });
}

/** A clock that stands still until it is set, and sleeps that end at once and are written down. */
export function stillRuntime(now: number): Runtime & { set(now: number): void; slept: number[] } {
  let current = now;
  const slept: number[] = [];
  return {
    slept,
    now: () => current,
    set: (next) => {
      current = next;
    },
    random: () => 0.5,
    sleep: async (ms) => {
      slept.push(ms);
    },
  };
}
