import { Readable } from "node:stream";
import { invalidInput } from "../errors.ts";
import { credentialPattern } from "../fields.ts";
import { bodyTooLarge, maxBodyBytes, refuseEncoded } from "../http/limits.ts";
import type { RawRequest } from "../raw.ts";
import { rawPath, rawPathForm, type UpstreamPath } from "../upstream/path.ts";
import type { ServicePaths } from "../upstream/service-paths.ts";

/** Query parameters of a raw relay that are ours and leave the query. */
const ownParameters = new Set(["credential", "bundleId"]);

/** Bodies up to this size are kept, so that they can be sent again after a 401 or a 429; longer ones stream through. */
export const keptBodyBytes = 1024 * 1024;

/**
 * The upstream path of a raw relay's request.
 *
 * The URL that a handler gets is normalised already (`%2e%2e` resolved, tabs gone, `\` turned), while the route
 * parameter is as it was sent. Only where both agree segment by segment is the path what the caller wrote.
 *
 * @param allowed what the service has.
 * @throws RelayError `invalid_input`.
 */
export function relayPath(request: RawRequest, allowed: ServicePaths): UpstreamPath {
  const sent = request.params.path ?? "";
  const path = rawPath(sent);
  const segments = sent.split("/");
  const normalised = request.pathname.split("/").slice(-segments.length);
  const prefixed = request.pathname.split("/").length > segments.length;
  if (!path || !prefixed || segments.some((segment, index) => segment !== normalised[index])) {
    throw invalidInput([{ field: "path", message: rawPathForm }]);
  }
  if (!allowed.pattern.test(sent)) {
    throw invalidInput([{ field: "path", message: `must start with ${allowed.words}.` }]);
  }
  return path;
}

/** A parameter of ours, from the query or its header. @throws RelayError `invalid_input` when both differ. */
export function ownParameter(
  request: RawRequest,
  parameter: "credential" | "bundleId",
  header: string,
  pattern: string,
): string | undefined {
  const inQuery = request.query.filter(([name]) => name === parameter).map(([, value]) => value);
  const values = new Set([...inQuery, request.header(header) ?? ""].filter((value) => value !== ""));
  const [value] = values;
  if (values.size > 1) {
    throw invalidInput([
      { field: parameter, message: `is given twice, with different values (also as ${header}).` },
    ]);
  }
  if (value !== undefined && (value.length > 255 || !new RegExp(pattern).test(value))) {
    throw invalidInput([{ field: parameter, message: `must match ${pattern}.` }]);
  }
  return value;
}

/** The caller's `credential`. */
export function credentialParameter(request: RawRequest): string | undefined {
  return ownParameter(request, "credential", "x-relay-credential", credentialPattern);
}

/** The query that goes upstream. */
export function relayQuery(request: RawRequest): (readonly [string, string])[] {
  const query = request.query.filter(([name]) => !ownParameters.has(name));
  if (query.some(([name, value]) => !name.isWellFormed() || !value.isWellFormed())) {
    throw invalidInput([{ field: "query", message: "contains half of a character (a lone surrogate)." }]);
  }
  return query;
}

/** A header value that may go upstream. @throws RelayError `invalid_input` for anything but plain visible text. */
export function relayHeader(request: RawRequest, name: string): string | undefined {
  const value = request.header(name);
  if (value === undefined || value === "") return undefined;
  if (!/^[\x20-\x7e]{1,1024}$/.test(value)) {
    throw invalidInput([{ field: name, message: "must be plain text of at most 1,024 characters." }]);
  }
  return value;
}

/**
 * The body to send: kept as bytes up to `keptBodyBytes`, else a stream that ends with 413 past the bound.
 *
 * @throws RelayError `payload_too_large`.
 */
export async function relayBody(
  request: RawRequest,
  signal: AbortSignal,
): Promise<Uint8Array | Readable | undefined> {
  const { body, contentLength } = request;
  if (!body) return undefined;
  refuseEncoded(request.header("content-encoding"));
  if (contentLength !== undefined && contentLength > maxBodyBytes) {
    body.destroy();
    throw bodyTooLarge();
  }
  const stalled = () => body.destroy(invalidInput([{ field: "body", message: "did not arrive in time." }]));
  signal.addEventListener("abort", stalled, { once: true });
  const chunks: Buffer[] = [];
  let size = 0;
  const source = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  try {
    while (size <= keptBodyBytes) {
      const { done, value } = await source.next();
      if (done) {
        signal.removeEventListener("abort", stalled);
        return size === 0 ? undefined : Buffer.concat(chunks, size);
      }
      chunks.push(Buffer.from(value));
      size += value.byteLength;
    }
  } catch (error) {
    signal.removeEventListener("abort", stalled);
    throw error;
  }
  const stream = Readable.from(bounded(chunks, size, source, signal), { objectMode: false });
  // Until then the deadline ends the caller's stream: a generator that waits for it cannot be stopped from outside.
  stream.once("close", () => signal.removeEventListener("abort", stalled));
  return stream;
}

async function* bounded(
  first: readonly Buffer[],
  firstSize: number,
  rest: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield* first;
  let size = firstSize;
  while (!signal.aborted) {
    const { done, value } = await rest.next();
    if (done) return;
    size += value.byteLength;
    if (size > maxBodyBytes) throw bodyTooLarge();
    yield value;
  }
}
