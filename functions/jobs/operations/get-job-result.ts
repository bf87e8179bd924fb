import * as Type from "typebox";
import { Accepted } from "../../accepted.ts";
import { operation } from "../../operation.ts";
import { anything, list, text, words } from "../../schema.ts";
import { isToken, tokenPattern } from "../../storage/token.ts";
import { jobIdPattern } from "../id.ts";
import { isOver } from "../job.ts";
import { resultLocation } from "../location.ts";
import { hourlyBudget } from "../pace.ts";
import { pollSeconds, summarize } from "../progress.ts";
import { readResult } from "../result.ts";
import { noSuchJob } from "./fields.ts";

export const getJobResult = operation({
  id: "GetJobResult",
  summary: "Get the result of a job",
  description:
    "Answers 202 until the job is over, then its result. It is what Location leads to when a job is started, and works without a function key for whoever has the token in it.",
  method: "GET",
  route: "jobs/{jobId}/result",
  visibility: "internal",
  open: true,
  longRunning: true,
  input: {
    jobId: text("Job ID", "ID of the job.", { pattern: jobIdPattern, form: "the ID of a job" }),
    token: text("Token", "The token in Location.", { pattern: tokenPattern, form: "the token in Location" }),
  },
  output: Type.Object({
    jobId: words("Job ID", "ID of the job."),
    status: words("Status", "State of the job: completed, failed or cancelled."),
    results: Type.Optional(
      list("Results", "One row an item, in the order given.", anything("Result", "What became of an item.")),
    ),
  }),
  async run({ jobId, token }, scope) {
    const { jobs, jobOperations, runtime, origin } = scope;
    const job = await jobs.read(jobId);
    if (!job || !isToken(token, job.tokenHash)) throw noSuchJob();
    const summary = summarize(job, runtime.now(), await hourlyBudget(scope, job));
    if (!isOver(job)) {
      return new Accepted({
        location: resultLocation(origin, jobId, token),
        retryAfterSeconds: pollSeconds(summary, runtime.now()),
        body: { jobId, status: summary.status },
      });
    }
    const kind = (await jobOperations.get(job.operation))?.kind;
    const result = await readResult(jobs, job, kind, runtime.now());
    return { status: summary.status, ...result, jobId };
  },
});
