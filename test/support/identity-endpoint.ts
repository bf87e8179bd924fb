import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The endpoint that Azure gives a function app to fetch tokens of its managed identity from. */
export interface LoopbackIdentity {
  /** Sets the variables that Azure would set; call `close` to take them back. */
  calls: number;
  /** What the next calls are answered with; absent: a token. */
  answer: number | "stall" | undefined;
  /** Tokens handed out, newest last. */
  tokens: string[];
  close(): Promise<void>;
}

/** What the identity's tokens are for, and how they look. */
export interface IdentityOptions {
  resource?: string;
  makeToken?(): string;
}

function randomToken(): string {
  return `identity-token-${randomBytes(24).toString("base64url")}`;
}

/**
 * Starts the endpoint on 127.0.0.1 and points `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` at it, which is where the
 * identity client looks.
 *
 * @param accept called with each token that is handed out.
 */
export async function startIdentityEndpoint(
  accept: (token: string) => void,
  { resource = "https://vault.azure.net", makeToken = randomToken }: IdentityOptions = {},
): Promise<LoopbackIdentity> {
  const secret = randomBytes(16).toString("hex");
  const server = createServer((request, response) => {
    identity.calls++;
    const target = new URL(request.url ?? "/", "http://127.0.0.1");
    const isRight =
      request.headers["x-identity-header"] === secret && target.searchParams.get("resource") === resource;
    if (identity.answer === "stall") return;
    const status = isRight ? (identity.answer ?? 200) : 400;
    response.writeHead(status, { "content-type": "application/json" });
    if (status !== 200) {
      response.end(JSON.stringify({ statusCode: status, message: "No managed identity is set." }));
      return;
    }
    const token = makeToken();
    identity.tokens.push(token);
    accept(token);
    const expiry = Math.floor(Date.now() / 1000) + 3600;
    response.end(
      JSON.stringify({
        access_token: token,
        expires_on: String(expiry),
        resource,
        token_type: "Bearer",
        client_id: "00000000-0000-0000-0000-000000000001",
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const before = { endpoint: process.env.IDENTITY_ENDPOINT, header: process.env.IDENTITY_HEADER };
  process.env.IDENTITY_ENDPOINT = `http://127.0.0.1:${port}/msi/token`;
  process.env.IDENTITY_HEADER = secret;
  const identity: LoopbackIdentity = {
    calls: 0,
    answer: undefined,
    tokens: [],
    close: () =>
      new Promise((resolve) => {
        restore("IDENTITY_ENDPOINT", before.endpoint);
        restore("IDENTITY_HEADER", before.header);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return identity;
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
