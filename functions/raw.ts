import type { Readable } from "node:stream";

/** A raw relay's request, without any HTTP object. */
export interface RawRequest {
  method: string;
  /** Route parameters as they were sent. */
  params: Readonly<Record<string, string>>;
  /** Path of the request URL as the handler got it, already normalised by the URL parser. */
  pathname: string;
  /** The caller's query, in order, with `code` and `clientId` already taken out. */
  query: readonly (readonly [string, string])[];
  /** Lower-case header names. */
  header(name: string): string | undefined;
  /** Bytes of the body, unbounded, or absent. */
  body: Readable | undefined;
  contentLength: number | undefined;
}

/** A raw relay's answer: the upstream's status, chosen headers, and its body as bytes or as a stream. */
export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | Readable | undefined;
}
