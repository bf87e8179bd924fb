import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it reached the server, without its body. */
export interface Arrived {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
}

/** A service whose every byte the test decides; for what the simulator, which plays the real ones, never sends. */
export interface UpstreamServer {
  origin: string;
  arrived: Arrived[];
  /** What answers from now on. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  openSockets(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startUpstreamServer(): Promise<UpstreamServer> {
  let sockets = 0;
  const server = createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    upstream.arrived.push({ method, url, headers });
    upstream.answer(request, response);
  });
  server.on("connection", (socket) => {
    sockets += 1;
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets -= 1;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const upstream: UpstreamServer = {
    origin: `http://127.0.0.1:${port}`,
    arrived: [],
    answer: (_request, response) => response.end("{}"),
    openSockets: () => sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return upstream;
}
