import type { ErrorDetail, UpstreamRefusal } from "../errors.ts";
import { isObject } from "../json.ts";

/** Longest text of an upstream that is passed on in an error. */
const maxMessage = 1_000;

/** Most details of one refusal that are passed on: Apple lists one an attribute, far fewer than this. */
const maxDetails = 50;

/** A refusal by status, as it came: an error body is read in whatever form the service has. */
export interface Refusal {
  status: number;
  /** Parsed JSON, or undefined when there was none. */
  body: unknown;
  /** Milliseconds that a 429 asks to wait. */
  retryAfterMs: number | undefined;
  /** Removes secrets from a text. */
  redact(text: string): string;
}

/**
 * Code, message and details of an error body: Apple's `errors[]` (JSON:API), the App Store Server API's
 * `errorCode` and `errorMessage`, in External Purchase reports several of them, and what Adjust sends (`error`, `message`, `detail`, plain or nested; `errors` by
 * field or as sentences). Adjust documents no form, so the first text found counts.
 */
export function readErrorBody({ status, body, redact }: Refusal): {
  upstream: UpstreamRefusal;
  details: ErrorDetail[];
} {
  const clean = (...candidates: unknown[]) => {
    const value = candidates.find(
      (candidate) => typeof candidate === "string" || typeof candidate === "number",
    );
    return value === undefined ? undefined : redact(String(value)).slice(0, maxMessage);
  };
  const root = asObject(body);
  const errors = Array.isArray(root.errors) ? root.errors : [];
  const first = asObject(errors[0]);
  const nested = asObject(root.error);
  const code = clean(first.code, first.errorCode, root.errorCode, root.code, nested.code);
  const message = clean(
    first.detail,
    first.title,
    first.errorMessage,
    errors[0],
    root.errorMessage,
    root.message,
    nested.message,
    root.error,
    root.detail,
    root.details,
  );
  const listed = errors.slice(0, maxDetails).map((item): [unknown, unknown] => {
    const error = asObject(item);
    const source = asObject(error.source);
    // Where several things are wrong none is left out; the code of the only one stands in `upstream` already.
    const name = errors.length > 1 ? error.code : undefined;
    return [
      source.pointer ?? source.parameter ?? lineItemField(error) ?? name,
      error.detail ?? error.title ?? error.errorMessage,
    ];
  });
  const byField = Object.entries(asObject(root.errors))
    .slice(0, maxDetails)
    .map(([name, said]): [unknown, unknown] => [name, Array.isArray(said) ? said[0] : said]);
  const details = [...listed, ...byField].flatMap(([place, said]) => {
    const field = clean(place);
    const text = clean(said);
    return field && text ? [{ field, message: text }] : [];
  });
  const upstream: UpstreamRefusal = { status, ...(code && { code }), ...(message && { message }) };
  return { upstream, details };
}

/** The External Purchase Server API names the field, and the line item by the ID that the caller gave it. */
function lineItemField({ fieldName, lineItemId }: Record<string, unknown>): unknown {
  return typeof lineItemId === "string" && typeof fieldName === "string"
    ? `${lineItemId}.${fieldName}`
    : fieldName;
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
