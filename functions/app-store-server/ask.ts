import { RelayError } from "../errors.ts";
import type { OriginName } from "../upstream/origins.ts";
import {
  askEnvironment,
  type Environment,
  type EnvironmentWish,
  transactionIdNotFound,
} from "./environment.ts";

/** What the service answered, and the environment that did. */
export interface Asked<Answer> {
  environment: Environment;
  answer: Answer;
}

/**
 * Asks the wished environment, for operations that answer in our own shape.
 *
 * @param notFound code by which the endpoint says that it does not know the ID in the path.
 * @throws RelayError of the environment whose refusal counts: the sandbox's where it knows the transaction and refuses
 *   something else, otherwise production's. With what both said where both refused.
 */
export async function askOrThrow<Answer>(
  wish: EnvironmentWish,
  ask: (origin: OriginName) => Promise<Answer>,
  notFound = transactionIdNotFound,
): Promise<Asked<Answer>> {
  const { environment, answer, failed } = await askEnvironment(
    wish,
    (origin) => settle(ask(origin)),
    (outcome) => {
      const code = outcome.error?.upstream?.code;
      return {
        // `credential_rejected` is what a 401 has become.
        status: outcome.error?.upstream?.status ?? (outcome.error ? outcome.error.status : 200),
        errorCode: code === notFound ? transactionIdNotFound : code,
      };
    },
  );
  if (!answer.error) return { environment, answer: answer.value };
  if (!failed) throw answer.error;
  const message = `was tried both ways: production answered ${failed.production}, the sandbox ${failed.sandbox}.`;
  const { error: sandboxError } = failed.sandboxAnswer;
  const sandboxCode = sandboxError?.upstream?.code;
  // A reason of Apple's other than "not found" is about the transaction, so the sandbox has it.
  const known =
    sandboxCode !== undefined && sandboxCode !== notFound && sandboxCode !== transactionIdNotFound;
  // Production refuses every token of an app that was never released. When the sandbox accepts it, the key is good.
  const unreleased = failed.production === 401 && failed.sandbox !== 401;
  const error = ((known || unreleased) && sandboxError) || answer.error;
  throw error.withDetails([{ field: "environment", message }]);
}

type Settled<Answer> = { value: Answer; error?: undefined } | { value?: undefined; error: RelayError };

/** A refusal by the service, or its answer. What is neither goes on as it was thrown. */
async function settle<Answer>(sending: Promise<Answer>): Promise<Settled<Answer>> {
  try {
    return { value: await sending };
  } catch (error) {
    if (error instanceof RelayError && error.upstream) return { error };
    throw error;
  }
}
