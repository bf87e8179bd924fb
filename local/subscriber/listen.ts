import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Twice what a service may send in. */
const maxBytes = 2 * 1_048_576;

/** A place where events arrive. */
export interface Listener {
  /** Where it is called, with a path that nobody can guess. */
  url: string;
  close(): void;
}

/** Listens on 127.0.0.1 and answers each event with a status, once `take` was told of it. Anything else is 404. */
export async function listen(
  port: number,
  status: number,
  take: (event: unknown) => void,
): Promise<Listener> {
  const path = `/${randomBytes(16).toString("hex")}`;
  const server = createServer(async (request, response) => {
    const event = request.method === "POST" && request.url === path ? await read(request) : undefined;
    if (event !== undefined) take(event);
    response.writeHead(event === undefined ? 404 : status).end();
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}${path}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The body as JSON; undefined for anything else. */
async function read(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request) {
      parts.push(part);
      length += part.length;
      if (length > maxBytes) return undefined;
    }
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    return undefined;
  }
}
