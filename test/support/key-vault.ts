import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificate } from "./certificate.ts";
import { signDigest } from "./digest-signature.ts";

/** Attributes and tags that tests give a secret or key. Times in milliseconds since the epoch. */
export interface ItemFacts {
  tags?: Record<string, string>;
  enabled?: boolean;
  expiresOn?: number;
  notBefore?: number;
}

/** A fault that a matching call meets instead of its answer. */
export interface Fault {
  /** Part of `METHOD /path`, such as `GET /secrets/shop`. */
  on: string;
  /** Status of the answer; `stall` never answers, `reset` breaks the connection, `garbage` is 200 with no JSON. */
  answer: number | "stall" | "reset" | "garbage";
  headers?: Record<string, string>;
  /** Key Vault's inner code. */
  code?: string;
  /** How many calls meet it; absent: all until it is cleared. */
  times?: number;
}

interface Version {
  version: string;
  created: number;
  facts: ItemFacts;
  value?: string;
  key?: { privateKey: KeyObject; publicKey: KeyObject };
}

/** A Key Vault on this machine, and what tests do to it. */
export interface LoopbackKeyVault {
  url: string;
  /** For the SDK's `tlsOptions`: the certificate that the vault shows. */
  certificate: string;
  /** Access tokens that the vault takes. */
  acceptedTokens: Set<string>;
  /** `METHOD /path` of every call that came with an accepted token. */
  calls: string[];
  /** Calls without a token, answered with the challenge. */
  challenges: number;
  /** Items a page. */
  pageSize: number;
  setSecret(name: string, value: string, facts?: ItemFacts): string;
  /** Makes an EC key in the vault; answers its public half. */
  setKey(name: string, facts?: ItemFacts, curve?: "P-256" | "P-384"): KeyObject;
  /** Changes the current version, as the portal does. */
  update(name: string, facts: ItemFacts): void;
  /** Soft-deletes a secret. */
  deleteSecret(name: string): void;
  /** Tags and value of a secret's current version. */
  secret(name: string): { value: string; tags: Record<string, string> } | undefined;
  fault(fault: Fault): void;
  clearFaults(): void;
  /** How many recorded calls begin so. */
  count(prefix: string): number;
  close(): Promise<void>;
}

/** Starts a stand-in for Key Vault's REST interface on 127.0.0.1, with a certificate made for this run. */
export async function startKeyVault(): Promise<LoopbackKeyVault> {
  const { certificate, privateKey } = createCertificate();
  const secrets = new Map<string, Version[]>();
  const keys = new Map<string, Version[]>();
  const deleted = new Map<string, Version[]>();
  const faults: Fault[] = [];
  let clock = Date.now() - 60_000;

  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    handle(request).then(
      (answer) => send(request, response, answer),
      (error: unknown) => send(request, response, refusal(500, "TestServerFailed", String(error))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}`;

  const vault: LoopbackKeyVault = {
    url,
    certificate,
    acceptedTokens: new Set(),
    calls: [],
    challenges: 0,
    pageSize: 3,
    setSecret(name, value, facts = {}) {
      return add(secrets, name, { facts, value });
    },
    setKey(name, facts = {}, curve = "P-256") {
      const key = generateKeyPairSync("ec", { namedCurve: curve });
      add(keys, name, { facts, key });
      return key.publicKey;
    },
    update(name, facts) {
      const current = (secrets.get(name) ?? keys.get(name))?.at(-1);
      if (!current) throw new Error(`no ${name}`);
      current.facts = { ...current.facts, ...facts };
    },
    deleteSecret(name) {
      const versions = secrets.get(name);
      if (!versions) throw new Error(`no ${name}`);
      secrets.delete(name);
      deleted.set(name, versions);
    },
    secret(name) {
      const current = secrets.get(name)?.at(-1);
      return current && { value: current.value ?? "", tags: current.facts.tags ?? {} };
    },
    fault: (fault) => void faults.push({ ...fault }),
    clearFaults: () => void faults.splice(0),
    count: (prefix) => vault.calls.filter((call) => call.startsWith(prefix)).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return vault;

  function add(
    store: Map<string, Version[]>,
    name: string,
    made: Omit<Version, "version" | "created">,
  ): string {
    const version = randomBytes(16).toString("hex");
    // A second apart, as Key Vault counts.
    clock += 1_000;
    store.set(name, [...(store.get(name) ?? []), { version, created: clock, ...made }]);
    return version;
  }

  async function handle(request: IncomingMessage): Promise<Answer> {
    const target = new URL(request.url ?? "/", url);
    const body = await readBody(request);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined || !vault.acceptedTokens.has(token)) {
      vault.challenges++;
      return {
        ...refusal(401, "Unauthorized", "A token is missing."),
        headers: { "www-authenticate": challenge },
      };
    }
    const call = `${request.method} ${target.pathname.replace(/\/$/, "")}`;
    vault.calls.push(call);
    if (!target.searchParams.has("api-version"))
      return refusal(400, "BadParameter", "api-version is missing");
    return meetFault(call) ?? route(call, target, body);
  }

  function meetFault(call: string): Answer | undefined {
    const fault = faults.find((one) => call.startsWith(one.on));
    if (!fault) return undefined;
    if (fault.times !== undefined && --fault.times === 0) faults.splice(faults.indexOf(fault), 1);
    if (typeof fault.answer === "string") return fault.answer;
    const refused = refusal(fault.answer, fault.code ?? "Fault", "A fault of the test.");
    return { ...refused, headers: fault.headers ?? {} };
  }

  function route(call: string, target: URL, body: Record<string, unknown>): Answer {
    const [method, path = ""] = call.split(" ");
    const [, collection = "", name, third, fourth] = path.split("/");
    const store = { secrets, keys, deletedsecrets: deleted }[collection];
    if (!store) return refusal(404, "NotFound", path);
    const kind = collection === "keys" ? "keys" : "secrets";
    if (name === undefined) {
      return page(
        target,
        [...store].map(([id, versions]) => listed(kind, id, versions.at(-1), false)),
      );
    }
    if (method === "PUT" && collection === "secrets") return put(name, body);
    const versions = store.get(name);
    if (!versions)
      return refusal(404, kind === "keys" ? "KeyNotFound" : "SecretNotFound", `${name} was not found`);
    if (third === "versions") {
      // In no order that means anything, as Key Vault has it.
      const items = versions.map((version) => listed(kind, name, version, true));
      return page(
        target,
        items.sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
    }
    const version = third ? versions.find((one) => one.version === third) : versions.at(-1);
    if (!version) return refusal(404, "VersionNotFound", name);
    if (collection === "deletedsecrets")
      return ok({ recoveryId: `${url}${path}`, ...bundle(kind, name, version) });
    if (version.facts.enabled === false) {
      return refusal(403, kind === "keys" ? "KeyDisabled" : "SecretDisabled", "It is disabled.");
    }
    if (fourth !== "sign" || !version.key) return ok(bundle(kind, name, version));
    const digest = Buffer.from(String(body.value), "base64url");
    if (body.alg !== "ES256" || digest.length !== 32) return refusal(400, "BadParameter", "not a digest");
    const value = signDigest(version.key.privateKey, digest).toString("base64url");
    return ok({ kid: `${url}/keys/${name}/${version.version}`, value });
  }

  function put(name: string, body: Record<string, unknown>): Answer {
    if (deleted.has(name)) return refusal(409, "ObjectIsDeletedButRecoverable", `${name} is deleted`);
    const tags = body.tags as Record<string, string> | undefined;
    vault.setSecret(name, String(body.value), tags ? { tags } : {});
    const version = secrets.get(name)?.at(-1);
    return version ? ok(bundle("secrets", name, version)) : refusal(500, "TestServerFailed", name);
  }

  function listed(kind: "secrets" | "keys", name: string, version: Version | undefined, versioned: boolean) {
    const id = `${url}/${kind}/${name}${versioned ? `/${version?.version}` : ""}`;
    return {
      [kind === "keys" ? "kid" : "id"]: id,
      id,
      attributes: version && attributes(version),
      ...(version?.facts.tags && { tags: version.facts.tags }),
    };
  }

  function bundle(kind: "secrets" | "keys", name: string, version: Version): Record<string, unknown> {
    const id = `${url}/${kind}/${name}/${version.version}`;
    const shared = {
      attributes: attributes(version),
      ...(version.facts.tags && { tags: version.facts.tags }),
    };
    if (!version.key) return { id, value: version.value, ...shared };
    const { x, y, crv } = version.key.publicKey.export({ format: "jwk" });
    return { key: { kid: id, kty: "EC", key_ops: ["sign", "verify"], crv, x, y }, ...shared };
  }

  function attributes({ created, facts }: Version) {
    const seconds = (time: number) => Math.floor(time / 1000);
    return {
      enabled: facts.enabled ?? true,
      created: seconds(created),
      updated: seconds(created),
      ...(facts.expiresOn !== undefined && { exp: seconds(facts.expiresOn) }),
      ...(facts.notBefore !== undefined && { nbf: seconds(facts.notBefore) }),
    };
  }

  function page(target: URL, items: readonly unknown[]): Answer {
    const from = Number(target.searchParams.get("$skiptoken") ?? 0);
    const next = new URL(target);
    next.searchParams.set("$skiptoken", String(from + vault.pageSize));
    const more = from + vault.pageSize < items.length;
    return ok({ value: items.slice(from, from + vault.pageSize), nextLink: more ? next.href : null });
  }
}

const challenge =
  'Bearer authorization="https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000", resource="https://vault.azure.net"';

type Answer =
  | { status: number; body: unknown; headers?: Record<string, string> }
  | Extract<Fault["answer"], string>;

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (answer === "stall") return;
  if (answer === "reset") {
    request.socket.destroy();
    return;
  }
  const [status, headers, text] =
    answer === "garbage"
      ? [200, {}, '{"value": "cut o']
      : [answer.status, answer.headers ?? {}, JSON.stringify(answer.body)];
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers }).end(text);
}

function ok(body: unknown): Exclude<Answer, string> {
  return { status: 200, body };
}

/** Key Vault's shape of an error: a broad code outside, the precise one inside. */
function refusal(status: number, code: string, message: string): Exclude<Answer, string> {
  const outer = status === 403 ? "Forbidden" : code;
  return { status, body: { error: { code: outer, message, innererror: { code } } } };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString("utf8")) : {};
}
