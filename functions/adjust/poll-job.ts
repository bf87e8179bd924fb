import { RelayError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { startDeadline } from "../upstream/deadline.ts";
import { UpstreamFailure } from "../upstream/failure.ts";
import { adjustKinds, openAdjust } from "./client.ts";
import { type AdjustJob, hasEnded, readAdjustJob } from "./read-job.ts";
import { isGenuine, readToken } from "./result-token.ts";

/** Seconds until it is worth asking again: jobs of Adjust's take minutes, and a flow may wait for forty of them. */
export const firstWaitSeconds = 15;

/** The longest that Adjust's own Retry-After holds a poll back: a flow should see the end of its job. */
const maxWaitSeconds = 600;

/** A poll that Adjust does not answer by then answers 202, long before a flow engine gives up on it at 120 s (design). */
const pollMs = 30_000;

/** What a poll came to. */
export interface Poll {
  /** The job, once it has ended. */
  job?: AdjustJob;
  /** As Adjust said last; `unknown` while it cannot be asked. */
  status: string;
  retryAfterSeconds: number;
}

/**
 * Looks at a job for the holder of a token. Polls of one job within `firstWaitSeconds` are one call upstream. A fault
 * of Adjust's that may pass is no end of the wait.
 *
 * @returns undefined for a token that is not good, whatever is wrong with it; then nothing was sent upstream.
 * @throws RelayError for what does not pass: a ticket that Adjust does not know, a credential that it refuses, a vault
 *   that cannot be asked whether the token is genuine.
 */
export async function pollAdjustJob(
  scope: Scope,
  ticketToken: string,
  token: string,
): Promise<Poll | undefined> {
  const { runtime, deadline, recentReads } = scope;
  const claims = readToken(token, runtime.now());
  if (!claims) return undefined;
  const named = { ...scope, credentialName: claims.credentialName };
  const genuine = await openAdjust(named, adjustKinds)
    .then(({ credential }) => isGenuine(credential, ticketToken, claims, deadline.signal))
    .catch(refusedAsFalse);
  if (!genuine) return undefined;
  const key = JSON.stringify(["GetAdjustJobResult", claims.credentialName, ticketToken]);
  return recentReads.share(key, firstWaitSeconds * 1000, () => poll(named, ticketToken));
}

/** A credential that is gone, disabled or of another kind makes no token genuine. */
function refusedAsFalse(error: unknown): boolean {
  if (error instanceof RelayError && error.code === "credential_unavailable") return false;
  throw error;
}

/** With a shorter deadline than the call's: the poll answers 202 instead of running into that. */
async function poll(scope: Scope, ticketToken: string): Promise<Poll> {
  const deadline = startDeadline(scope.runtime, Math.min(pollMs, scope.deadline.left() / 2));
  try {
    const adjust = await openAdjust({ ...scope, deadline });
    const job = await readAdjustJob(adjust, ticketToken);
    const ended = hasEnded(job);
    return { ...(ended && { job }), status: job.status, retryAfterSeconds: firstWaitSeconds };
  } catch (error) {
    if (!(error instanceof RelayError) || !passes(error)) throw error;
    const asked = Math.min(error.retryAfterSeconds ?? 0, maxWaitSeconds);
    return { status: "unknown", retryAfterSeconds: Math.max(firstWaitSeconds, asked) };
  } finally {
    deadline.clear();
  }
}

/** Whether asking later may bring another answer. One that breaks off half way is a broken connection too. */
function passes({ retryable, cause }: RelayError): boolean {
  return retryable || (cause instanceof UpstreamFailure && cause.kind === "truncated");
}
