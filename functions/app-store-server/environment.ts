import type { ErrorDetail } from "../errors.ts";
import type { OriginName } from "../upstream/origins.ts";

/** The two environments of the App Store Server API, as answers name them. */
export type Environment = "Production" | "Sandbox";

/** What a caller may ask for. `Auto`: production, then the sandbox when production does not know the transaction. */
export type EnvironmentWish = Environment | "Auto";

/** Origin of each environment. */
export const environmentOrigins: Readonly<Record<Environment, OriginName>> = {
  Production: "app-store-server",
  Sandbox: "app-store-server-sandbox",
};

/**
 * Paths in which a transaction, original transaction or app transaction ID stands. Only there can the environment be
 * found out: an ID exists in one of them. Source: Apple's list of endpoints.
 */
const transactionPaths = [
  /^\/inApps\/v1\/transactions\/\d{1,20}(\/(appAccountToken|finish))?$/,
  /^\/inApps\/v1\/transactions\/appTransactions\/\d{1,20}$/,
  /^\/inApps\/v[12]\/transactions\/consumption\/\d{1,20}$/,
  /^\/inApps\/v[12]\/history\/\d{1,20}$/,
  /^\/inApps\/v1\/subscriptions\/(extend\/)?\d{1,20}$/,
  /^\/inApps\/v[12]\/refund\/lookup\/\d{1,20}$/,
  /^\/advancedCommerce\/v1\/subscription\/\w{1,40}\/\d{1,20}$/,
  /^\/advancedCommerce\/v1\/transaction\/requestRefund\/\d{1,20}$/,
];

/** What is wrong with a wish: `Auto` needs something to go by. */
export function environmentProblem(wish: EnvironmentWish, path: string): ErrorDetail | undefined {
  if (wish !== "Auto" || transactionPaths.some((pattern) => pattern.test(path))) return undefined;
  return {
    field: "environment",
    message: "must be Production or Sandbox here: Auto needs a transaction ID in the path to find it out.",
  };
}

/** Apple's code for a transaction ID that does not exist in the environment that was asked. */
export const transactionIdNotFound = "4040010";

/** What one environment said: the status, and Apple's error code where there was one. */
export interface EnvironmentVerdict {
  status: number;
  errorCode: string | undefined;
}

/** An answer with the environment that gave it, and what was said on the way when both failed. */
export interface EnvironmentAnswer<Answer> {
  environment: Environment;
  answer: Answer;
  /** Statuses of both and the sandbox's answer, only where both failed. */
  failed?: { production: number; sandbox: number; sandboxAnswer: Answer };
}

/**
 * Whether a status says that the environment did not carry the call out and would not do so later either. After a 5xx
 * a write may have been applied, and after a 429 or 408 a read would have found something.
 */
function isDefinite(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/**
 * Asks the wished environment. With `Auto` production is asked first, then the sandbox after 4040010, or after a 401
 * that a fresh token did not cure (production says so for an app that was never released). Both prove that nothing
 * was applied, so a write may fall back too. Where both refuse, production's answer stands; where the sandbox was in
 * trouble, its answer does, since nobody knows then whether the transaction is there.
 */
export async function askEnvironment<Answer>(
  wish: EnvironmentWish,
  ask: (origin: OriginName) => Promise<Answer>,
  verdictOf: (answer: Answer) => EnvironmentVerdict,
): Promise<EnvironmentAnswer<Answer>> {
  const first = wish === "Auto" ? "Production" : wish;
  const answer = await ask(environmentOrigins[first]);
  const { status, errorCode } = verdictOf(answer);
  if (wish !== "Auto" || !(errorCode === transactionIdNotFound || status === 401)) {
    return { environment: first, answer };
  }
  const second = await ask(environmentOrigins.Sandbox);
  const sandbox = verdictOf(second).status;
  if (sandbox < 400) return { environment: "Sandbox", answer: second };
  const failed = { production: status, sandbox, sandboxAnswer: second };
  return isDefinite(sandbox)
    ? { environment: "Production", answer, failed }
    : { environment: "Sandbox", answer: second, failed };
}
