import { once } from "node:events";
import net from "node:net";
import { text } from "node:stream/consumers";

/**
 * Sends bytes as they are, which no HTTP client would (targets that are not normalised, broken framing), and gives
 * back all that comes until the host ends the connection.
 */
export async function rawRequest(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(bytes);
  return await text(socket);
}

/** A GET with this target, verbatim. */
export function rawGet(url: string, target: string, headers = ""): Promise<string> {
  return rawRequest(
    url,
    Buffer.from(
      `GET ${target} HTTP/1.1\r\nhost: ${new URL(url).host}\r\n${headers}connection: close\r\n\r\n`,
      "latin1",
    ),
  );
}

/** The status of a raw answer. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

/** The JSON that a raw answer ends with, chunked or not. */
export function jsonOf(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1));
}
