import { RelayError } from "../../errors.ts";
import { UpstreamFailure } from "../../upstream/failure.ts";

const smaller = "Ask for fewer days, dimensions or apps, or run the report as a job.";

/**
 * What went wrong with a report, with a hint that helps: Adjust answers 504 to a query that takes it too long, and both
 * that and an answer that is too large are cured by asking for less.
 */
export function reportFailure(error: unknown): unknown {
  if (!(error instanceof RelayError)) return error;
  const { cause, code, upstream } = error;
  if (cause instanceof UpstreamFailure && cause.kind === "too-large") {
    return new RelayError("bad_upstream_response", {
      message: "The report is larger than the 10 MB that one answer may have.",
      hint: smaller,
      source: "adjust",
      cause,
    });
  }
  const slow = code === "upstream_timeout" || (code === "upstream_unavailable" && upstream?.status === 504);
  return slow ? error.withHint(`The report may take Adjust too long. ${smaller}`) : error;
}
