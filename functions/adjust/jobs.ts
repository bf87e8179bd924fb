import * as Type from "typebox";
import { chooseCredential } from "../choose.ts";
import { adjustTicketToken } from "../fields.ts";
import { flag, list, words } from "../schema.ts";
import { waitFor } from "../waits/wait.ts";
import { adjustKinds, openAdjust } from "./client.ts";
import { adjustOperation } from "./operation.ts";
import { hasEnded, readAdjustJob } from "./read-job.ts";

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

const wait = waitFor({
  id: "GetAdjustJobResult",
  summary: "Get the result of an Adjust job",
  description: "Answers whoever waits for a job at Adjust: 202 until it has ended, then what it did.",
  route: "adjust/tickets/{ticketToken}/result",
  input: { ticketToken: adjustTicketToken },
  output: AdjustJob,
  lifeMs: 24 * 60 * 60_000,
  // Jobs of Adjust's take minutes, and a flow may wait for forty of them.
  everySeconds: () => 15,
  choose: (_input, scope) => chooseCredential(scope, adjustKinds, scope.credentialName),
  async look({ ticketToken }, scope) {
    const job = await readAdjustJob(await openAdjust(scope), ticketToken);
    return { status: job.status, ...(hasEnded(job) && { result: job }) };
  },
  expired:
    "A result can be fetched for 24 hours, and until the credential gets a new value. Wait for the job again.",
});

export const getAdjustJobResult = wait.operation;

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
    return wait.accept({ ticketToken }, adjust.credential, scope, job.status);
  },
});
