import { type ErrorSource, RelayError, type UpstreamRefusal } from "../errors.ts";
import { type Refusal, readErrorBody } from "./error-body.ts";
import type { UpstreamFailure } from "./failure.ts";
import { type OriginName, services } from "./origins.ts";
import { retryAfterSeconds } from "./retry-after.ts";

/** What an error needs to know of the call that failed. */
interface CallFacts {
  origin: OriginName;
  method: string;
  idempotent?: boolean;
}

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
    case "too-large":
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

/** 429 with the wait, in milliseconds, that the service asked for. `upstream` is absent where it was not asked. */
export function rateLimited(
  source: ErrorSource,
  message: string,
  waitMs: number,
  upstream?: UpstreamRefusal,
): RelayError {
  const seconds = retryAfterSeconds(waitMs);
  return new RelayError("rate_limited", {
    message,
    hint: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"} and send the call again. Nothing was changed.`,
    source,
    ...(upstream && { upstream }),
    retryAfterSeconds: seconds,
  });
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
      hint: refusedHints[source],
    });
  }
  if (status === 403)
    return new RelayError("upstream_forbidden", {
      ...facts,
      ...forbidden({ source, title }, upstream, said),
    });
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
      `${title} takes no more calls for now: its rate limit is used up.${said}`,
      refusal.retryAfterMs ?? 60_000,
      upstream,
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

const appleKeyHint =
  "Check in App Store Connect whether the key was revoked, and whether its key ID and issuer ID are those of the credential.";

/** What to do about a credential that a service refuses, by who refuses it. */
const refusedHints: Partial<Record<ErrorSource, string>> = {
  "app-store-connect": appleKeyHint,
  "app-store-server": `${appleKeyHint} Production also refuses apps that were never released.`,
  adjust: "Check at Adjust whether the token is still valid, and give the credential a new one.",
};

const forbiddenHints: Partial<Record<ErrorSource, string>> = {
  "app-store-connect":
    "Where the service allows the call at all, the key needs a role for it (App Store Connect: Users and Access, Integrations).",
  "app-store-server": "Check that the key is an in-app purchase key of the account that has the app.",
  adjust:
    "Check that the Adjust user of the token may do this, and that App Automation is enabled for the account.",
};

function forbidden(
  { source, title }: { source: ErrorSource; title: string },
  upstream: UpstreamRefusal,
  said: string,
) {
  // Apple's code for a contract that the Account Holder has to accept first.
  const agreement = upstream.code?.startsWith("FORBIDDEN.REQUIRED_AGREEMENTS") ?? false;
  return {
    message: `${title} does not allow this.${said}`,
    hint: agreement
      ? "The Account Holder has to accept a new agreement in App Store Connect, under Business."
      : forbiddenHints[source],
  };
}
