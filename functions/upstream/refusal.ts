import { type ErrorDetail, type ErrorSource, RelayError, type UpstreamRefusal } from "../errors.ts";
import type { UpstreamFailure } from "./failure.ts";
import { type OriginName, services } from "./origins.ts";
import { retryAfterSeconds } from "./retry-after.ts";

/** What an error needs to know of the call that failed. */
interface CallFacts {
  origin: OriginName;
  method: string;
  idempotent?: boolean;
}

/** Longest text of an upstream that is passed on in an error. */
const maxMessage = 1_000;

/** Most details of one refusal that are passed on: Apple lists one an attribute, far fewer than this. */
const maxDetails = 50;

/**
 * The error for an attempt that brought no answer.
 *
 * `outcome` is `unknown` where a write may have arrived; surfaces of connector operations turn that into
 * `outcome_unknown`, so that no flow repeats it.
 */
export function failureError(call: CallFacts, failure: UpstreamFailure): RelayError {
  const { source, title } = services[call.origin];
  const outcome = failure.sent && call.method !== "GET" && !call.idempotent ? "unknown" : "none";
  const facts = { source, outcome, cause: failure } as const;
  switch (failure.kind) {
    case "unreachable":
      return new RelayError("upstream_unavailable", {
        ...facts,
        message: `${title} could not be reached. ${failure.message}`,
        hint: "Try again in a minute. If it stays, check the network of the function app.",
      });
    case "broken":
      return new RelayError("upstream_unavailable", {
        ...facts,
        message: `${title} ended the connection before its answer was complete.`,
        hint: outcome === "none" ? "Try again in a minute." : "Read back what the call was to change.",
      });
    case "deadline":
      return new RelayError("upstream_timeout", {
        ...facts,
        message: `${title} did not answer in time.`,
        hint: outcome === "none" ? "Try again in a minute." : "Read back what the call was to change.",
      });
    case "truncated":
    case "malformed":
      return new RelayError("bad_upstream_response", {
        ...facts,
        message: `${title} sent an answer that cannot be used. ${failure.message}`,
        hint:
          outcome === "none"
            ? "Try again later. If it stays, check the status page of the service."
            : "Read back what the call was to change.",
      });
  }
}

/** 429 with the wait, in milliseconds, that the service asked for. */
export function rateLimited(source: ErrorSource, message: string, waitMs: number): RelayError {
  const seconds = retryAfterSeconds(waitMs);
  return new RelayError("rate_limited", {
    message,
    hint: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"} and send the call again. Nothing was changed.`,
    source,
    retryAfterSeconds: seconds,
  });
}

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

/** The error for an answer with a status of 400 or more, for operations that answer in our own shape. */
export function refusalError(call: CallFacts, refusal: Refusal): RelayError {
  const { source, title } = services[call.origin];
  const { upstream, details } = readErrorBody(refusal);
  const said = upstream.message ? ` ${title} says: ${upstream.message}` : "";
  const facts = { source, upstream, ...(details.length > 0 && { details }) };
  const { status } = refusal;
  if (status === 401) {
    return new RelayError("credential_rejected", {
      ...facts,
      message: `${title} refuses the credential, with a fresh token too.${said}`,
      hint: "Check with TestConnection whether the key was revoked and whether its key ID and issuer ID are right.",
    });
  }
  if (status === 403)
    return new RelayError("upstream_forbidden", { ...facts, ...forbidden(title, upstream, said) });
  if (status === 404) {
    return new RelayError("not_found", {
      ...facts,
      message: `${title} does not know what was asked for.${said}`,
      hint: "Check the ID, and that the credential may see it.",
    });
  }
  if (status === 429) {
    return rateLimited(
      source,
      `The rate limit of ${title} is used up for now.${said}`,
      refusal.retryAfterMs ?? 60_000,
    );
  }
  if (status >= 500 || status === 408) {
    const unknown = call.method !== "GET" && !call.idempotent;
    return new RelayError("upstream_unavailable", {
      ...facts,
      message: `${title} failed with status ${status}.${said}`,
      hint: "Try again in a minute.",
      outcome: unknown ? "unknown" : "none",
    });
  }
  return new RelayError("rejected", {
    ...facts,
    message: `${title} refuses the content of the call.${said}`,
    hint: "Correct what the service names and send the call again.",
    ...(status === 409 && { status: 409 }),
  });
}

/** A write whose effect is not known, as connector operations answer it: never with a status that flows repeat. */
export function outcomeUnknown(error: RelayError): RelayError {
  return new RelayError("outcome_unknown", {
    message: `It is not known whether the change was made. ${error.message}`,
    hint: "Read back what the call was to change. Send it again only if the change is not there.",
    source: error.source,
    outcome: "unknown",
    ...(error.upstream && { upstream: error.upstream }),
    cause: error,
  });
}

function forbidden(title: string, upstream: UpstreamRefusal, said: string) {
  // Apple's code for a contract that the Account Holder has to accept first.
  const agreement = upstream.code?.startsWith("FORBIDDEN.REQUIRED_AGREEMENTS") ?? false;
  return {
    message: `${title} does not allow this with the credential used.${said}`,
    hint: agreement
      ? "The Account Holder has to accept a new agreement in App Store Connect, under Business."
      : "Give the key a role that may do this (App Store Connect: Users and Access, Integrations), or use another credential.",
  };
}

/**
 * Code, message and details of an error body: Apple's `errors[]` (JSON:API), the App Store Server API's
 * `errorCode` and `errorMessage`, and what Adjust sends (`error`, `message`, `detail`, plain or nested; `errors` by
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
  const code = clean(first.code, root.errorCode, root.code, nested.code);
  const message = clean(
    first.detail,
    first.title,
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
    return [source.pointer ?? source.parameter ?? error.code, error.detail ?? error.title];
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

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
