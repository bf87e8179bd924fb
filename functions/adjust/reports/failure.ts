import { RelayError } from "../../errors.ts";
import { maxJsonBytes } from "../../upstream/body.ts";
import { UpstreamFailure } from "../../upstream/failure.ts";

/**
 * What went wrong with a report, with a hint that helps: Adjust answers 504 to a query that takes it too long, and both
 * that and an answer that is too large are cured by asking for less, or by a job where the report is none yet.
 *
 * @param maxBytes what was read at most; more than an answer of ours may have means that this is a job already.
 */
export function reportFailure(error: unknown, maxBytes: number = maxJsonBytes): unknown {
  if (!(error instanceof RelayError)) return error;
  const { cause, code, upstream } = error;
  const smaller = `Ask for fewer days, dimensions or apps${maxBytes > maxJsonBytes ? "" : ", or run the report as a job"}.`;
  if (cause instanceof UpstreamFailure && cause.kind === "too-large") {
    return new RelayError("bad_upstream_response", {
      message: `The report is larger than the ${Math.floor(maxBytes / 1024 / 1024)} MB that are read.`,
      hint: smaller,
      source: "adjust",
      cause,
    });
  }
  const slow = code === "upstream_timeout" || (code === "upstream_unavailable" && upstream?.status === 504);
  return slow ? error.withHint(`The report may take Adjust too long. ${smaller}`) : error;
}
