import type { ChosenCredential } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { startDeadline } from "../upstream/deadline.ts";
import { UpstreamFailure } from "../upstream/failure.ts";
import { isGenuine, type ResultSubject, readToken } from "./result-token.ts";

/** The longest that a service's own Retry-After holds a poll back: a flow should see the end of its work. */
const maxWaitSeconds = 600;

/** A poll that the service does not answer by then answers 202, long before a flow engine gives up on it at 120 s (design). */
const pollMs = 30_000;

/** How work at a service is looked at. */
export interface Watch<Result extends object> {
  /** How long a token is good. */
  lifeMs: number;
  /** Seconds until it is worth asking again, by how long the wait has gone on. */
  everySeconds(waitedMs: number): number;
  /** The credential whose secret makes the token genuine: the one that the scope names. */
  choose(scope: Scope): Promise<ChosenCredential>;
  /** Asks the service. `status` is what whoever polls is told; `result` is there once the work has ended. */
  look(scope: Scope): Promise<{ status: string; result?: Result }>;
}

/** What a poll came to. */
export interface Poll<Result> {
  /** The result, once the work has ended. */
  result?: Result;
  /** As the service said last; `unknown` while it cannot be asked. */
  status: string;
  retryAfterSeconds: number;
}

/**
 * Looks at work for the holder of a token. Polls of one result within `everySeconds` are one call upstream. A fault of
 * the service's that may pass is no end of the wait.
 *
 * @returns undefined for a token that is not good, whatever is wrong with it; then nothing was sent upstream.
 * @throws RelayError for what does not pass: work that the service does not know, a credential that it refuses, a vault
 *   that cannot be asked whether the token is genuine.
 */
export async function pollResult<Result extends object>(
  watch: Watch<Result>,
  subject: ResultSubject,
  token: string,
  scope: Scope,
): Promise<Poll<Result> | undefined> {
  const { runtime, deadline, recentReads } = scope;
  const { lifeMs, choose } = watch;
  const now = runtime.now();
  const claims = readToken(token, now, lifeMs);
  if (!claims) return undefined;
  const named = { ...scope, credentialName: claims.credentialName };
  const genuine = await choose(named)
    .then((credential) => isGenuine(credential, subject, claims, deadline.signal))
    .catch(refusedAsFalse);
  if (!genuine) return undefined;
  const seconds = watch.everySeconds(now - (claims.expires * 1000 - lifeMs));
  const [operation, ...of] = subject;
  const key = JSON.stringify([operation, claims.credentialName, ...of]);
  return recentReads.share(key, seconds * 1000, () => poll(watch, seconds, named));
}

/** A credential that is gone, disabled or of another kind makes no token genuine. */
function refusedAsFalse(error: unknown): boolean {
  if (error instanceof RelayError && error.code === "credential_unavailable") return false;
  throw error;
}

/** With a shorter deadline than the call's: the poll answers 202 instead of running into that. */
async function poll<Result extends object>(
  { look }: Watch<Result>,
  retryAfterSeconds: number,
  scope: Scope,
): Promise<Poll<Result>> {
  const deadline = startDeadline(scope.runtime, Math.min(pollMs, scope.deadline.left() / 2));
  try {
    return { ...(await look({ ...scope, deadline })), retryAfterSeconds };
  } catch (error) {
    if (!(error instanceof RelayError) || !passes(error)) throw error;
    const asked = Math.min(error.retryAfterSeconds ?? 0, maxWaitSeconds);
    return { status: "unknown", retryAfterSeconds: Math.max(retryAfterSeconds, asked) };
  } finally {
    deadline.clear();
  }
}

/** Whether asking later may bring another answer. One that breaks off half way is a broken connection too. */
function passes({ retryable, cause }: RelayError): boolean {
  return retryable || (cause instanceof UpstreamFailure && cause.kind === "truncated");
}
