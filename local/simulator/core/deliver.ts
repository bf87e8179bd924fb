import { request } from "node:http";

/** How a request to a receiver ended: with a status, or with a word for why there was none. */
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
  const loopback = url && /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|localhost)$/.test(url.hostname);
  if (url?.protocol !== "http:" || !loopback || url.username !== "" || url.password !== "") {
    throw new RangeError("url must be an http URL of this machine, such as http://127.0.0.1:7071/api/….");
  }
  return url;
}

/** What is sent to a receiver: a POST of the body, or a GET where there is none. */
export interface Outgoing {
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/**
 * Sends once, on a connection of its own, and follows nothing. What happens on the way is an answer too.
 *
 * @throws RangeError for a URL that is not of this machine.
 */
export async function deliver(
  target: string,
  { headers = {}, body }: Outgoing,
  signal: AbortSignal,
): Promise<Delivered> {
  const url = receiverUrl(target);
  return new Promise((resolve) => {
    let answered = false;
    const outgoing = request(
      url,
      {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...headers,
          ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
        },
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      },
      (incoming) => {
        answered = true;
        let answer = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (part: string) => {
          if (answer.length < keptCharacters) answer += part;
        });
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body: answer }));
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
    outgoing.end(body);
  });
}
