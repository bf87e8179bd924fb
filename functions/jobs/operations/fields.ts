import { RelayError } from "../../errors.ts";
import { text } from "../../schema.ts";
import { jobIdPattern } from "../id.ts";

export const jobId = text("Job ID", "ID of the job, as the action that started it answered it.", {
  pattern: jobIdPattern,
  form: "the ID of a job: 21 lower-case letters and digits",
  visibility: "important",
  options: { operationId: "LookUpJobs" },
});

/** The error for a job that does not exist, or no longer, and for a token that is not its own: all alike. */
export function noSuchJob(): RelayError {
  return new RelayError("not_found", {
    message: "There is no such job.",
    hint: "Jobs are kept for 30 days after their end. ListJobs lists them.",
  });
}
