import type { IncomingHttpHeaders } from "node:http";

/** One query parameter, decoded, in the order sent. */
export type QueryParameter = readonly [name: string, value: string];

/** One request as a handler sees it. Handlers are synchronous, so every call sees and leaves a whole world. */
export interface Call {
  method: string;
  /** Path as sent, still percent-encoded and never normalised. */
  path: string;
  /** Query as sent, without the question mark. */
  rawQuery: string;
  query: readonly QueryParameter[];
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Origin of the server that was called: links in answers begin with it. */
  origin: string;
  /** The service's own clock in milliseconds; a `clock` fault shifts it. */
  nowMs: number;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** Parameters of a raw query, or undefined when its percent-encoding is broken. */
export function parseQuery(rawQuery: string): QueryParameter[] | undefined {
  if (rawQuery === "") return [];
  const parameters: QueryParameter[] = [];
  for (const part of rawQuery.split("&")) {
    const equals = part.indexOf("=");
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    const value = decode(equals < 0 ? "" : part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    parameters.push([name, value]);
  }
  return parameters;
}
