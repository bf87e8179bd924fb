import { request } from "node:http";

/** How a POST to a receiver ended: with a status, or with a word for why there was none. */
export type Delivered =
  | { status: number; body: string }
  | { failure: "refused" | "closed" | "cut-short" | "no-http" | "timed-out" };

/** Far longer than a receiver may take, short enough for whoever watches. */
const timeoutMs = 30_000;

/** Enough to show what a receiver says; the rest is read and forgotten. */
const keptCharacters = 65_536;

/**
 * The address of a receiver. The simulator plays services for this machine, so it sends to this machine only.
 *
 * @throws RangeError for what is no http URL of a loopback address, written as one.
 */
export function receiverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = url && /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(url.hostname);
  if (url?.protocol !== "http:" || !loopback || url.username !== "" || url.password !== "") {
    throw new RangeError("url must be an http URL of this machine, such as http://127.0.0.1:7071/api/….");
  }
  return url;
}

/** POSTs once, on a connection of its own, and follows nothing. Never rejects. */
export function deliver(
  target: string,
  message: { headers: Readonly<Record<string, string>>; body: string },
  signal: AbortSignal,
): Promise<Delivered> {
  const url = receiverUrl(target);
  return new Promise((resolve) => {
    let answered = false;
    const outgoing = request(
      url,
      {
        method: "POST",
        headers: { ...message.headers, "content-length": String(Buffer.byteLength(message.body)) },
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      },
      (incoming) => {
        answered = true;
        let body = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (part: string) => {
          if (body.length < keptCharacters) body += part;
        });
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
        incoming.on("error", fail);
      },
    );
    function fail(error: NodeJS.ErrnoException): void {
      if (error.name === "TimeoutError" || error.code === "ABORT_ERR") resolve({ failure: "timed-out" });
      else if (error.code === "ECONNREFUSED") resolve({ failure: "refused" });
      else if (error.code?.startsWith("HPE_")) resolve({ failure: "no-http" });
      else resolve({ failure: answered ? "cut-short" : "closed" });
    }
    outgoing.on("error", fail);
    outgoing.end(message.body);
  });
}
