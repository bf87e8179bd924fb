import { RelayError } from "../errors.ts";

/**
 * How one attempt to reach an upstream failed, in the terms that retrying and reporting need.
 *
 * - `unreachable`: refused, no such host, bad certificate: the request never left.
 * - `broken`: the connection ended while the request or the answer was under way.
 * - `truncated`: the connection ended in the middle of the answer's body.
 * - `deadline`: time ran out.
 * - `malformed`: the answer is not what HTTP or the contract says: redirect, truncated, not JSON.
 * - `too-large`: the answer has more bytes than are read.
 */
export type FailureKind = "unreachable" | "broken" | "truncated" | "deadline" | "malformed" | "too-large";

/** An attempt that brought no usable answer. Its text is ours: it holds no URL, header or body. */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  readonly kind: FailureKind;
  /** Whether the request may have reached the service. */
  readonly sent: boolean;

  constructor(kind: FailureKind, message: string, facts: { sent: boolean; code?: string }) {
    super(message, facts.code === undefined ? undefined : { cause: new Error(facts.code) });
    this.kind = kind;
    this.sent = facts.sent;
  }
}

/** Error codes of node, TLS and undici that mean that no connection was made. */
const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_UNTRUSTED",
]);

/**
 * Turns whatever the transport threw into an `UpstreamFailure`. The original is dropped, since axios and undici
 * errors can carry headers; only its code is kept. What is not recognised counts as sent: it fails closed.
 *
 * An error of ours passes: the body that we were sending failed (too large, caller gone), and it says why.
 */
export function toFailure(error: unknown, signal: AbortSignal): UpstreamFailure | RelayError {
  if (error instanceof UpstreamFailure || error instanceof RelayError) return error;
  const code = codeOf(error);
  if (signal.aborted) return new UpstreamFailure("deadline", "Time ran out.", { sent: true });
  if (code !== undefined && unreachableCodes.has(code)) {
    return new UpstreamFailure("unreachable", `No connection could be made (${code}).`, {
      sent: false,
      code,
    });
  }
  return new UpstreamFailure("broken", `The connection broke (${code ?? "unknown reason"}).`, {
    sent: true,
    ...(code !== undefined && { code }),
  });
}

/** The code of an error or of what caused it, as far as it is a plain word. */
function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string" && /^[A-Z][A-Z0-9_]{2,63}$/.test(at.code)) return at.code;
  }
  return undefined;
}
