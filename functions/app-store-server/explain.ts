import { RelayError } from "../errors.ts";

/**
 * A refusal with the name that Apple gives its code, and what to do about it. What Apple calls retryable becomes
 * `upstream_unavailable`, whatever its status: the same call may succeed later, and nothing was changed by this one.
 *
 * The table of codes is loaded here: it is long, and no call that succeeds needs it.
 *
 * @returns anything else as it is.
 */
export async function explainRefusal(error: unknown): Promise<unknown> {
  if (!(error instanceof RelayError) || error.upstream?.code === undefined) return error;
  const { errorMeaning } = await import("./error-codes.ts");
  const meaning = errorMeaning(error.upstream.code);
  if (!meaning) return error;
  const { source, details, upstream, outcome, retryAfterSeconds } = error;
  // After a 5xx nobody knows what a write has changed; where that does no harm, the code stays too.
  const retryable = meaning.retryable && error.upstream.status < 500;
  const ours = error.code === "outcome_unknown" || error.code === "rate_limited";
  return new RelayError(retryable ? "upstream_unavailable" : error.code, {
    message: `${error.message} (${meaning.name})`,
    hint: ours ? error.hint : meaning.hint,
    source,
    upstream,
    outcome,
    ...(!retryable && { status: error.status }),
    ...(details && { details }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    cause: error,
  });
}
