import { RelayError } from "../errors.ts";

/** What to do about a refusal, by the status that Adjust answered; for services that use one status for many things. */
export type RefusalHints = Readonly<Record<number, string>>;

/**
 * The call's result, or its error with a hint that fits this call better than the general one.
 *
 * @param unknown hint for a write whose outcome is not known.
 */
export async function withHints<Result>(
  call: Promise<Result>,
  { refused = {}, unknown }: { refused?: RefusalHints; unknown?: string },
): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    const status = error.upstream?.status;
    const hint = error.outcome === "unknown" ? unknown : status === undefined ? undefined : refused[status];
    throw hint === undefined ? error : error.withHint(hint);
  }
}
