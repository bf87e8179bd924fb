import { randomUUID } from "node:crypto";
import { importPKCS8, type JWTPayload, SignJWT } from "jose";
import { type DemoKeys, makeDemoKeys, type Simulator, type SimulatorOptions, startSimulator } from "../../local/simulator/index.ts";

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
  const claims = { iss: tags["issuer-id"] ?? "", iat, exp: iat + 900, aud: "appstoreconnect-v1", bid: bundleId };
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
  return fetch(url, { redirect: "manual", ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
}

/** A JSON body with another method. */
export function send(method: string, url: string, token: string, body: unknown): Promise<Response> {
  return get(url, token, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

/** A key id that nobody has. */
export function strangerId(): string {
  return randomUUID().slice(0, 10).toUpperCase();
}
