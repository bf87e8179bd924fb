import { RelayError } from "../errors.ts";
import { isJson, malformed, maxJsonBytes, parseJson, readBytes } from "./body.ts";
import type { Exchange } from "./client.ts";
import { outcomeUnknown, refusalError } from "./refusal.ts";
import { parseRetryAfter } from "./retry-after.ts";
import type { Upstream, UpstreamCall } from "./upstream.ts";

/** What a service answered to a call that it carried out. */
export interface JsonAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** What was read; undefined where the service sent no content. */
  body: unknown;
}

/** A call with a JSON body, a form, a file, or no body. */
export type JsonCall = Omit<UpstreamCall, "body" | "contentType"> & {
  json?: unknown;
  /** Fields of a form, sent as `application/x-www-form-urlencoded`. */
  form?: readonly (readonly [string, string])[];
  /** A file, sent as it is. */
  bytes?: { bytes: Uint8Array; contentType: string };
  /** Reads the body of an answer below 400. Absent: strict JSON. */
  read?(exchange: Exchange, signal: AbortSignal): Promise<unknown>;
  /** Bytes of JSON that are read at most; default `maxJsonBytes`. For work that is not bound to an answer of ours. */
  maxBytes?: number;
};

/**
 * Sends a call of a typed operation and reads its answer.
 *
 * @throws RelayError for every status of 400 and above and for everything that breaks the contract. A write whose
 *   effect is not known is `outcome_unknown`.
 */
export async function callJson(upstream: Upstream, now: () => number, call: JsonCall): Promise<JsonAnswer> {
  const {
    json,
    form,
    bytes: file,
    read = (exchange: Exchange) => readAnswer(exchange, call),
    ...rest
  } = call;
  try {
    const { status, headers, result } = await upstream.send(
      {
        ...rest,
        ...(json !== undefined && {
          body: Buffer.from(JSON.stringify(json)),
          contentType: "application/json",
        }),
        ...(form && {
          body: Buffer.from(
            new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString(),
          ),
          contentType: "application/x-www-form-urlencoded",
        }),
        ...(file && { body: file.bytes, contentType: file.contentType }),
      },
      (exchange) =>
        exchange.status >= 400
          ? readRefusal(exchange, call.deadline.signal)
          : read(exchange, call.deadline.signal),
    );
    if (status < 400) return { status, headers, body: result };
    throw refusalError(call, {
      status,
      body: result,
      retryAfterMs: parseRetryAfter(headers["retry-after"], now()),
      redact: (text) => call.credential.redact(text),
    });
  } catch (error) {
    if (error instanceof RelayError && error.outcome === "unknown") throw outcomeUnknown(error);
    throw error;
  }
}

async function readAnswer(exchange: Exchange, call: JsonCall): Promise<unknown> {
  const { status, headers } = exchange;
  const bytes = await readBytes(exchange, call.maxBytes ?? maxJsonBytes, call.deadline.signal);
  if (bytes.length === 0) {
    // 204 has none by definition; the App Store Server API sends 200 and 202 without one to some writes.
    if (status === 204 || call.method !== "GET") return undefined;
    throw malformed("The answer is empty.");
  }
  if (!isJson(headers["content-type"])) throw malformed("The answer is not JSON.");
  return parseJson(bytes).value;
}

/** Error bodies are read as far as they can be: a refusal stays a refusal when its body is HTML or broken. */
async function readRefusal(exchange: Exchange, signal: AbortSignal): Promise<unknown> {
  try {
    const bytes = await readBytes(exchange, maxErrorBytes, signal);
    const contentType = exchange.headers["content-type"];
    // Services that answer in plain words refuse in plain words.
    if (/^text\/plain\b/i.test(contentType ?? "")) return { message: bytes.toString("utf8") };
    return isJson(contentType) ? parseJson(bytes).value : undefined;
  } catch {
    exchange.body.destroy();
    return undefined;
  }
}

/** An error body of more than this is no error body. */
const maxErrorBytes = 256 * 1024;
