import { type ErrorDetail, invalidInput } from "../errors.ts";

/** @throws RelayError `invalid_input` when there is any problem. */
export function refuseProblems(problems: readonly ErrorDetail[]): void {
  if (problems.length > 0) throw invalidInput(problems);
}
