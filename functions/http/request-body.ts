import type { HttpRequest } from "@azure/functions";
import { invalidInput, RelayError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Deadline } from "../upstream/deadline.ts";
import { bodyTooLarge, maxBodyBytes, refuseEncoded } from "./limits.ts";

/** JSON deeper than this is refused (design): no input of ours needs more than six levels. */
const maxDepth = 32;

/**
 * Bodies with more values than this are refused before they are parsed: ten megabytes of `0,` or `[],` are cheap to
 * send and take twenty times their size as objects. Ten thousand price changes, the most of any input, have 80,000.
 */
const maxValues = 200_000;

/** The length that the caller declared; undefined when there is none, as with chunked bodies. */
export function declaredLength(request: HttpRequest): number | undefined {
  const text = request.headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Whether a body comes as CSV. */
export function isCsv(request: HttpRequest): boolean {
  return /^text\/csv\s*(;|$)/i.test(request.headers.get("content-type") ?? "");
}

/**
 * Reads a body of `text/csv` as it stands, without a byte order mark; "" when there is none.
 *
 * @throws RelayError 413, 415 for another charset than UTF-8, `invalid_input` for bytes that are none and for a caller
 *   that stalls.
 */
export async function readCsvBody(request: HttpRequest, deadline: Deadline): Promise<string> {
  const bytes = await readBytes(request, deadline);
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers.get("content-type") ?? "")?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new RelayError("unsupported_media_type", {
      message: "CSV is taken in UTF-8 only.",
      hint: "Send the body in UTF-8 with the header Content-Type: text/csv; charset=utf-8.",
    });
  }
  return decode(bytes, "must be UTF-8: in Excel, save as CSV UTF-8.");
}

/**
 * Reads a body of JSON fields.
 *
 * @param orCsv whether the refusal of another content type is to name CSV too.
 * @returns the fields; none when there is no body.
 * @throws RelayError 413, 415, `invalid_input` for what is not a JSON object, `upstream_timeout` never: a caller that
 *   stalls gets `invalid_input` at the deadline.
 */
export async function readJsonBody(
  request: HttpRequest,
  deadline: Deadline,
  orCsv = false,
): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request, deadline);
  if (bytes.length === 0) return {};
  const contentType = request.headers.get("content-type") ?? "";
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType)) {
    throw new RelayError("unsupported_media_type", {
      message: `The body must be JSON with the header Content-Type: application/json${orCsv ? ", or CSV with text/csv" : ""}.`,
      hint: `Set the header Content-Type to application/json${orCsv ? " or text/csv" : ""}.`,
    });
  }
  return parseJsonFields(bytes);
}

/**
 * The fields of a JSON object.
 *
 * @param most values that it may hold, about.
 * @throws RelayError `invalid_input` for what is not a JSON object in UTF-8, or past a bound.
 */
export function parseJsonFields(bytes: Uint8Array, most = maxValues): Record<string, unknown> {
  const value = parse(bytes, most);
  if (!isObject(value)) {
    throw invalidInput([{ field: "body", message: "must be a JSON object with named fields." }]);
  }
  return value;
}

/**
 * The bytes of a body that is not compressed; none when there is no body.
 *
 * @param bound most bytes, whole MB.
 * @throws RelayError 413, 415, `invalid_input` for a caller that stalls.
 */
export async function readBytes(
  request: HttpRequest,
  deadline: Deadline,
  bound = maxBodyBytes,
): Promise<Buffer> {
  const length = declaredLength(request);
  if (length !== undefined && length > bound) throw bodyTooLarge(bound);
  const bytes = await readBody(request, deadline, bound);
  if (bytes.length > 0) refuseEncoded(request.headers.get("content-encoding"));
  return bytes;
}

async function readBody(request: HttpRequest, deadline: Deadline, bound: number): Promise<Buffer> {
  if (!request.body) return Buffer.alloc(0);
  const reader = request.body.getReader();
  const stalled = () => void reader.cancel().catch(() => {});
  deadline.signal.addEventListener("abort", stalled, { once: true });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (deadline.signal.aborted) {
        throw invalidInput([{ field: "body", message: "did not arrive in time." }]);
      }
      if (done) return Buffer.concat(chunks, size);
      size += value.byteLength;
      if (size > bound) {
        void reader.cancel().catch(() => {});
        throw bodyTooLarge(bound);
      }
      chunks.push(value);
    }
  } finally {
    deadline.signal.removeEventListener("abort", stalled);
  }
}

/** Text without a byte order mark. @throws RelayError `invalid_input` with this message for what is not UTF-8. */
function decode(bytes: Uint8Array, otherwise: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalidInput([{ field: "body", message: otherwise }], cause);
  }
}

function parse(bytes: Uint8Array, most: number): unknown {
  const text = decode(bytes, "must be UTF-8.");
  const { depth, values, repeated } = scan(text, most);
  if (depth > maxDepth) {
    throw invalidInput([{ field: "body", message: `must not be nested deeper than ${maxDepth} levels.` }]);
  }
  if (values > most) {
    const message = `must not hold more than ${most.toLocaleString("en")} values.`;
    throw invalidInput([{ field: "body", message }]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // V8's text can quote the input; only the position is passed on.
    const position = cause instanceof Error ? /position \d+/.exec(cause.message)?.[0] : undefined;
    throw invalidInput([{ field: "body", message: `is not valid JSON${position ? ` (${position})` : ""}.` }]);
  }
  if (repeated.length === 0) return value;
  throw invalidInput(
    repeated.map((name) => ({ field: name.slice(0, 100), message: "is given more than once." })),
  );
}

/** What a first pass over JSON text finds. */
interface Scan {
  /** Deepest nesting. */
  depth: number;
  /** Number of values, about. */
  values: number;
  /** Names that an object holds twice: JSON.parse would take the last one, which would be a guess. */
  repeated: readonly string[];
}

/**
 * Looks through JSON text before it is parsed, so that a hostile depth costs one pass and no objects. Of text that is
 * not JSON it says something or other; parsing tells what is wrong with that.
 */
function scan(text: string, most: number): Scan {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  const repeated = new Set<string>();
  /** Names seen in each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && isName(text, end)) {
        const name = nameOf(text.slice(at, end + 1));
        if (names.has(name)) repeated.add(name);
        names.add(name);
      }
      at = end;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      values += 1;
      if (depth > deepest) deepest = depth;
      // Past a bound the answer is clear, and nothing more is to be kept.
      if (depth > maxDepth) return { depth, values, repeated: [] };
      open.push(code === 0x7b ? new Set() : undefined);
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      open.pop();
    } else if (code === 0x2c) {
      values += 1;
      if (values > most) return { depth: deepest, values, repeated: [] };
    }
  }
  return { depth: deepest, values, repeated: [...repeated] };
}

/** A member's name without its quotes and escapes, so that `"\u0061"` and `"a"` are one. */
function nameOf(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/** Index of the quote that ends the string begun at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at;
  }
  return text.length;
}

/** Whether the string that ends at `end` is a member's name: a colon comes next. */
function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && " \t\r\n".includes(text.charAt(at))) at += 1;
  return text.charCodeAt(at) === 0x3a;
}
