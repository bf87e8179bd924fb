import type { HttpRequest } from "@azure/functions";
import { invalidInput, RelayError } from "../errors.ts";
import type { Deadline } from "../upstream/deadline.ts";
import { bodyTooLarge, maxBodyBytes } from "./limits.ts";

/** JSON deeper than this is refused (design): no input of ours needs more than six levels. */
const maxDepth = 32;

/** The length that the caller declared; undefined when there is none, as with chunked bodies. */
export function declaredLength(request: HttpRequest): number | undefined {
  const text = request.headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * Reads a body of JSON fields.
 *
 * @returns the fields; none when there is no body.
 * @throws RelayError 413, 415, `invalid_input` for what is not a JSON object, `upstream_timeout` never: a caller that
 *   stalls gets `invalid_input` at the deadline.
 */
export async function readJsonBody(
  request: HttpRequest,
  deadline: Deadline,
): Promise<Record<string, unknown>> {
  const length = declaredLength(request);
  if (length !== undefined && length > maxBodyBytes) throw bodyTooLarge();
  const bytes = await readBody(request, deadline);
  if (bytes.length === 0) return {};
  const contentType = request.headers.get("content-type") ?? "";
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType)) {
    throw new RelayError("unsupported_media_type", {
      message: "The body must be JSON with the header Content-Type: application/json.",
      hint: "Set the header Content-Type to application/json.",
    });
  }
  const value = parse(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidInput([{ field: "body", message: "must be a JSON object with named fields." }]);
  }
  return value as Record<string, unknown>;
}

async function readBody(request: HttpRequest, deadline: Deadline): Promise<Buffer> {
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
      if (size > maxBodyBytes) {
        void reader.cancel().catch(() => {});
        throw bodyTooLarge();
      }
      chunks.push(value);
    }
  } finally {
    deadline.signal.removeEventListener("abort", stalled);
  }
}

function parse(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalidInput([{ field: "body", message: "must be UTF-8." }], cause);
  }
  if (depthOf(text) > maxDepth) {
    throw invalidInput([{ field: "body", message: `must not be nested deeper than ${maxDepth} levels.` }]);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    // V8's text can quote the input; only the position is passed on.
    const position = cause instanceof Error ? /position \d+/.exec(cause.message)?.[0] : undefined;
    throw invalidInput([{ field: "body", message: `is not valid JSON${position ? ` (${position})` : ""}.` }]);
  }
}

/** Deepest nesting of JSON text, found before it is parsed, so that a hostile depth costs one pass and no objects. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}
