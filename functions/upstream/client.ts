import type { Readable } from "node:stream";
import axios, { AxiosHeaders, type AxiosInstance } from "axios";
import type { Dispatcher } from "undici";
import { toFailure, UpstreamFailure } from "./failure.ts";
import { undiciAdapter } from "./transport.ts";

/** One attempt: everything that leaves the process. */
export interface Attempt {
  method: string;
  url: string;
  authorization: string;
  accept: string;
  contentType: string | undefined;
  /** Declared length of a streamed body; absent: sent in chunks. */
  contentLength: number | undefined;
  body: Uint8Array | Readable | undefined;
  signal: AbortSignal;
}

/** What came back, before any judgement. */
export interface Exchange {
  status: number;
  /** Lower-case names; repeated headers joined by `, `. */
  headers: Readonly<Record<string, string>>;
  /** Undecoded bytes. To be read to its end or destroyed. */
  body: Readable;
}

/** Sends one attempt. @throws UpstreamFailure, or the RelayError that the body being sent failed with. */
export type Client = (attempt: Attempt) => Promise<Exchange>;

/** A short body that nobody wants is read to its end, so that its connection serves the next call. */
const drainedBytes = 64 * 1024;

/** Lets go of an answer whose body is not wanted. */
export function discard({ headers, body }: Exchange): void {
  if (Number(headers["content-length"] ?? Number.NaN) <= drainedBytes) body.resume();
  else body.destroy();
}

/** Who we are, for the service's own logs. */
const userAgent = "app-store-relay/1";

/** The one place that constructs axios. */
export function createClient(dispatcher: Dispatcher): Client {
  const instance: AxiosInstance = axios.create({
    adapter: undiciAdapter(dispatcher),
    responseType: "stream",
    validateStatus: () => true,
    transformRequest: [],
    transformResponse: [],
    maxRedirects: 0,
    proxy: false,
  });
  return async (attempt) => {
    if (attempt.signal.aborted) throw new UpstreamFailure("deadline", "Time ran out.", { sent: false });
    try {
      const answer = await instance.request<Readable>({
        method: attempt.method,
        url: attempt.url,
        headers: headersOf(attempt),
        data: attempt.body,
        signal: attempt.signal,
      });
      // A body that is destroyed before its end emits an error; whoever still reads it gets that one all the same.
      answer.data.on("error", () => {});
      return { status: answer.status, headers: plain(answer.headers), body: answer.data };
    } catch (error) {
      throw toFailure(error, attempt.signal);
    }
  };
}

/** Built from nothing: what is not named here does not go upstream. */
function headersOf(attempt: Attempt): Record<string, string> {
  return {
    authorization: attempt.authorization,
    accept: attempt.accept,
    "accept-encoding": "gzip",
    "user-agent": userAgent,
    ...(attempt.contentType !== undefined && { "content-type": attempt.contentType }),
    ...(attempt.contentLength !== undefined && { "content-length": String(attempt.contentLength) }),
  };
}

function plain(headers: unknown): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(AxiosHeaders.from(headers as AxiosHeaders))) {
    if (typeof value === "string") result[name.toLowerCase()] = value;
  }
  return result;
}
