import * as Type from "typebox";
import { Accepted } from "../accepted.ts";
import { RelayError } from "../errors.ts";
import { adjustTicketToken } from "../fields.ts";
import { operation } from "../operation.ts";
import { flag, list, text, words } from "../schema.ts";
import { adjustOperation } from "./operation.ts";
import { firstWaitSeconds, pollAdjustJob } from "./poll-job.ts";
import { hasEnded, readAdjustJob } from "./read-job.ts";
import { makeToken } from "./result-token.ts";

/** Source: Adjust's documentation of the status endpoint; rows in place of its nested result. */
const AdjustJob = Type.Object(
  {
    status: words("Status", "State of the job in lower case, such as new, opened, completed or failed."),
    kind: Type.Optional(words("Kind", "What the job does, such as migration.")),
    hasFailures: flag("Has failures", "Whether the job failed, or completed with a row that is not OK."),
    results: list(
      "Results",
      "What the job did, a row for each item of each section.",
      Type.Object(
        {
          section: words("Section", "Section of the settings, as Adjust spells it."),
          item: Type.Optional(words("Item", "What was copied; none where the whole section failed.")),
          ok: flag("OK", "Whether it was copied."),
          detail: Type.Optional(words("Detail", "Why it was not copied.")),
        },
        { title: "Adjust job row" },
      ),
    ),
  },
  { title: "Adjust job" },
);

export const getAdjustJob = adjustOperation({
  id: "GetAdjustJob",
  summary: "Get an Adjust job",
  description: "Gets how far a job at Adjust is, and what it did, by its ticket token.",
  method: "GET",
  route: "adjust/tickets/{ticketToken}",
  input: { ticketToken: adjustTicketToken },
  output: AdjustJob,
  run: ({ ticketToken }, adjust) => readAdjustJob(adjust, ticketToken),
});

export const waitForAdjustJob = adjustOperation({
  id: "WaitForAdjustJob",
  summary: "Wait for an Adjust job",
  description:
    "Waits until a job at Adjust has ended, for up to 24 hours, and gets what it did. A job that failed is an answer too: look at its status and at Has Failures.",
  method: "POST",
  route: "adjust/tickets/{ticketToken}/wait",
  safe: true,
  longRunning: true,
  input: { ticketToken: adjustTicketToken },
  output: AdjustJob,
  async run({ ticketToken }, adjust, scope) {
    const job = await readAdjustJob(adjust, ticketToken);
    if (hasEnded(job)) return job;
    const { credential } = adjust;
    const token = await makeToken(credential, ticketToken, scope.runtime.now(), scope.deadline.signal);
    return new Accepted({
      location: resultLocation(scope.origin, ticketToken, token),
      retryAfterSeconds: firstWaitSeconds,
      body: { status: job.status },
    });
  },
});

export const getAdjustJobResult = operation({
  id: "GetAdjustJobResult",
  summary: "Get the result of an Adjust job",
  description: "Answers whoever waits for a job at Adjust: 202 until it has ended, then what it did.",
  method: "GET",
  route: "adjust/tickets/{ticketToken}/result",
  visibility: "internal",
  // Flow engines may poll without the function key: the token stands in for it.
  open: true,
  longRunning: true,
  input: {
    ticketToken: adjustTicketToken,
    token: text("Token", "Token of the result, as the header Location of the wait has it."),
  },
  output: AdjustJob,
  async run({ ticketToken, token }, scope) {
    const poll = await pollAdjustJob(scope, ticketToken, token);
    if (poll === undefined) throw noResult();
    if (poll.job) return poll.job;
    return new Accepted({
      location: resultLocation(scope.origin, ticketToken, token),
      retryAfterSeconds: poll.retryAfterSeconds,
      body: { status: poll.status },
    });
  },
});

function resultLocation(origin: string, ticketToken: string, token: string): string {
  return `${origin}/api/adjust/tickets/${ticketToken}/result?token=${token}`;
}

/** One answer for every token that is not good, so that nobody learns what was wrong with it. */
function noResult(): RelayError {
  return new RelayError("not_found", {
    message: "There is no such result, or its token is wrong or has expired.",
    hint: "A result can be fetched for 24 hours, and until the credential gets a new value. Wait for the job again.",
  });
}
