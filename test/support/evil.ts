import { createServer } from "node:http";

/** A server that nothing must ever talk to. Links, redirects and host names of attacks lead here. */
export interface Evil {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  /** `127.0.0.1:<port>`. */
  host: string;
  /** What arrived: connections without a request too. */
  readonly contacts: readonly string[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts it. Its answers would please any reader, so that a mistake is not hidden by an error. */
export async function startEvil(): Promise<Evil> {
  const contacts: string[] = [];
  const server = createServer((request, response) => {
    contacts.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"data":[],"links":{}}');
  });
  server.on("connection", () => contacts.push("a connection"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no address.");
  const host = `127.0.0.1:${address.port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://${host}`, host, contacts, close, [Symbol.asyncDispose]: close };
}
