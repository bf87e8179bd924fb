import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { appsAnswer } from "./answer.ts";

/**
 * The service behind everything that is measured, in a process of its own: answers every GET that brings a bearer
 * token with the same list of apps, and counts requests and tokens.
 *
 * Written on sockets: with `node:http` it would take a third of the processor time of what is measured.
 */

/** What it has seen since it was last asked. */
export interface UpstreamReport {
  requests: number;
  /** Different bearer tokens. */
  tokens: number;
}

const server = createServer((socket) => serve(socket));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
const origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;

const body = appsAnswer(origin);
// A budget of a billion calls an hour: what is measured is never paced.
const answer = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "x-rate-limit: user-hour-lim:999999999;user-hour-rem:999999998;",
    `date: ${new Date().toUTCString()}`,
    "",
    body,
  ].join("\r\n"),
);
const refusal = Buffer.from("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n");

let requests = 0;
const tokens = new Set<string>();

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  let pending = "";
  socket.on("data", (chunk) => {
    pending += chunk.toString("latin1");
    for (let end = pending.indexOf("\r\n\r\n"); end >= 0; end = pending.indexOf("\r\n\r\n")) {
      const token = /\r\nauthorization: bearer ([^\r]+)/i.exec(pending.slice(0, end))?.[1];
      pending = pending.slice(end + 4);
      requests += 1;
      if (token !== undefined) tokens.add(token);
      socket.write(token === undefined ? refusal : answer);
    }
  });
}

process.on("message", () => {
  const report: UpstreamReport = { requests, tokens: tokens.size };
  requests = 0;
  tokens.clear();
  process.send?.(report);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ origin });
