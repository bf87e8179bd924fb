import { type Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Exchange } from "./client.ts";
import { toFailure, UpstreamFailure } from "./failure.ts";

/** JSON answers are read up to this size after expansion (design). */
export const maxJsonBytes = 10 * 1024 * 1024;

/** Streamed answers end here: a flow takes messages of 100 MB at most (Logic Apps limits). */
export const maxStreamBytes = 100 * 1024 * 1024;

/**
 * A gzip stream may expand to this many times its size. Reports of Apple and Adjust reach 20 to 40; a bomb about
 * 1,000. Small bodies may do as they like: below the floor nothing can hurt.
 */
const maxRatio = 200;
const ratioFloorBytes = 1024 * 1024;

/**
 * The answer's body, expanded and bounded: it fails with an UpstreamFailure past `limit` expanded bytes, past the
 * allowed ratio, and when the gzip data is damaged or cut.
 *
 * @throws UpstreamFailure for a content encoding that was not asked for.
 */
export function expandedBody(exchange: Exchange, limit: number): Readable {
  const encoding = exchange.headers["content-encoding"]?.trim().toLowerCase();
  const declared = Number(exchange.headers["content-length"] ?? 0);
  if (declared > limit) {
    exchange.body.destroy();
    throw tooLarge();
  }
  let compressed = 0;
  const counted = (count: (bytes: number) => void) =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        try {
          count(chunk.length);
          done(null, chunk);
        } catch (error) {
          done(error instanceof Error ? error : new Error("Unexpected."));
        }
      },
    });
  let expanded = 0;
  const countExpanded = (bytes: number) => {
    expanded += bytes;
    if (expanded > limit) throw tooLarge();
    if (compressed > 0 && expanded > ratioFloorBytes && expanded > compressed * maxRatio) {
      throw malformed("The compressed answer expands too far.");
    }
  };
  if (encoding === undefined || encoding === "" || encoding === "identity") {
    return chain(exchange.body, counted(countExpanded));
  }
  if (encoding !== "gzip" && encoding !== "x-gzip") {
    exchange.body.destroy();
    throw malformed("The answer has a content encoding that was not asked for.");
  }
  const input = counted((bytes) => {
    compressed += bytes;
  });
  return chain(exchange.body, input, createGunzip(), counted(countExpanded));
}

/**
 * Connects streams so that an error of any destroys all, and the last one carries it. Like `pipeline`, whose callback
 * form would report an early end of the reader as an error too.
 */
function chain(first: Readable, ...rest: readonly Transform[]): Readable {
  let at: Readable = first;
  const all: Readable[] = [first, ...rest];
  const last = all[all.length - 1] ?? first;
  for (const next of rest) {
    const from = at;
    from.on("error", (error) => last.destroy(error));
    from.pipe(next);
    at = next;
  }
  last.once("close", () => {
    for (const stream of all) stream.destroy();
  });
  return last;
}

/** Reads a body to its end. @throws UpstreamFailure when it breaks, is too large or damaged. */
export async function readBytes(exchange: Exchange, limit: number, signal: AbortSignal): Promise<Buffer> {
  const { headers, body } = exchange;
  const plain = headers["content-encoding"] === undefined;
  const declared = Number(headers["content-length"] ?? Number.NaN);
  try {
    // The common case: plain, and of a declared length that the HTTP parser itself enforces.
    if (plain && declared <= limit && body.bytes) {
      const bytes = await body.bytes();
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return await collect(plain ? body : expandedBody(exchange, limit), limit);
  } catch (error) {
    body.destroy();
    throw readFailure(error, signal);
  }
}

async function collect(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Turns an error met while reading a body into a failure; damaged gzip data counts as malformed. */
export function readFailure(error: unknown, signal: AbortSignal): Error {
  if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_")) {
    return malformed("The compressed answer is damaged or cut.");
  }
  const failure = toFailure(error, signal);
  return failure instanceof UpstreamFailure && failure.kind === "broken"
    ? new UpstreamFailure("truncated", "It ended in the middle of its answer.", { sent: true })
    : failure;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Strict JSON text of bytes: UTF-8, and nothing before or after the value.
 *
 * @throws UpstreamFailure `malformed`.
 */
export function parseJson(bytes: Uint8Array): { text: string; value: unknown } {
  try {
    const text = utf8.decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    throw malformed("The answer is not valid JSON.");
  }
}

/** `application/json`, `application/vnd.api+json` and their like. */
export function isJson(contentType: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType ?? "");
}

/** An answer that breaks the contract. */
export function malformed(message: string): UpstreamFailure {
  return new UpstreamFailure("malformed", message, { sent: true });
}

function tooLarge(): UpstreamFailure {
  return new UpstreamFailure("too-large", "The answer is larger than what is accepted.", { sent: true });
}
